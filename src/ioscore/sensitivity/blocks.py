"""Random work cut into blocks with a seed each: the same results whoever does the work.

Block b always draws from the stream of ``SeedSequence(seed, spawn_key=(b,))`` and results come
back in the order of the blocks. So a sum over them has the same bits in one process, in four, and
on a cluster.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np

from ioscore.errors import IoscoreError, Problem

T = TypeVar("T")

CONNECT_SECONDS = 10
"""How long a cluster may take to answer, and to bring up a first worker."""


def block_sizes(draws: int, block: int) -> list[int]:
    """Return the sizes of the blocks that make up so many draws; the last may be smaller.

    Parameters
    ----------
    draws, block : int
        >= 1.

    Returns
    -------
    list of int
    """
    full, rest = divmod(draws, block)
    return [block] * full + [rest] * (rest > 0)


def block_generator(seed: int, block: int) -> np.random.Generator:
    """Return the stream of one block, without making those before it.

    Parameters
    ----------
    seed : int
        >= 0; 0 is a seed like any other.
    block : int
        >= 0.

    Returns
    -------
    numpy.random.Generator
        SFC64, the fastest bit generator of NumPy, seeded as ``SeedSequence(seed).spawn`` seeds
        its child number `block`.
    """
    return np.random.Generator(
        np.random.SFC64(np.random.SeedSequence(entropy=seed, spawn_key=(block,)))
    )


def run_blocks(
    work: Callable[[np.random.Generator, int], T],
    sizes: Sequence[int],
    *,
    seed: int,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Generator[T]:
    """Do the work of each block and yield the results in the order of the blocks.

    Parameters
    ----------
    work : callable
        ``work(rng, size)``: what one block does with its generator and its number of draws.
        Picklable where jobs > 1 or a scheduler is named.
    sizes : sequence of int
        Draws of each block.
    seed : int
        >= 0.
    jobs : int
        Processes on this machine, >= 1.
    scheduler : str, optional
        Address of a `dask.distributed` scheduler, which then does the work in place of `jobs`.
    progress : callable, optional
        ``progress(done, all)``, called after each block with numbers of draws.

    Yields
    ------
    result of `work`
        Only a few blocks for each worker are ever under way, so memory does not grow with the
        number of blocks. Closing the iterator early starts no new blocks.

    Raises
    ------
    IoscoreError
        When the scheduler does not answer, has no workers, or dask is not installed.
    """
    if scheduler is not None:
        results = _on_cluster(work, sizes, seed, scheduler)
    elif jobs == 1:
        results = (_block(work, seed, b, size) for b, size in enumerate(sizes))
    else:
        results = _parallel(work, sizes, seed, jobs)
    done, everything = 0, sum(sizes)
    try:
        for size, result in zip(sizes, results, strict=True):
            done += size
            if progress is not None:
                progress(done, everything)
            yield result
    finally:
        results.close()


def _block(work: Callable[[np.random.Generator, int], T], seed: int, block: int, size: int) -> T:
    return work(block_generator(seed, block), size)


def _parallel(
    work: Callable[[np.random.Generator, int], T], sizes: Sequence[int], seed: int, jobs: int
) -> Generator[T]:
    from joblib import Parallel, delayed

    wanted = True

    def tasks() -> Generator[Any]:
        for b, size in enumerate(sizes):
            if not wanted:
                return
            yield delayed(_block)(work, seed, b, size)

    results: Generator[T] = Parallel(n_jobs=jobs, return_as="generator")(tasks())
    try:
        for result in results:  # noqa: UP028  (yield from would hand an early end on to joblib)
            yield result
    finally:
        # Those under way are waited for: joblib would stop its workers, with a warning.
        wanted = False
        for _ in results:
            pass


def _on_cluster(
    work: Callable[[np.random.Generator, int], T], sizes: Sequence[int], seed: int, address: str
) -> Generator[T]:
    from joblib import parallel_config

    with _client(address) as client, parallel_config(backend="dask", client=client):
        yield from _parallel(work, sizes, seed, -1)


@contextmanager
def _client(address: str) -> Generator[Any]:
    """Connect to the scheduler and close the connection at the end, or say what is wrong."""
    try:
        import distributed
    except ImportError:
        raise _unusable(
            address,
            "dask.distributed is not installed",
            "Install the extra: pip install 'ioscore[dask]'.",
        ) from None
    start = "Start one with `dask scheduler` and give its address as tcp://HOST:PORT."
    try:
        _knock(address)
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _unusable(address, f"no scheduler answers ({error})", start) from error
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        yield client
    except distributed.TimeoutError as error:
        start = f"Start one with `dask worker {address}`."
        raise _unusable(address, "the scheduler has no workers", start) from error
    finally:
        client.close()


def _knock(address: str) -> None:
    """Hear whether a scheduler greets: dask waits for ever for one that accepts and is silent."""
    parts = urlsplit(address if "//" in address else f"tcp://{address}")
    if parts.scheme not in ("tcp", "tls") or not parts.hostname or not parts.port:
        raise ValueError("not an address")
    place = parts.hostname, parts.port
    with socket.create_connection(place, timeout=CONNECT_SECONDS) as connection:
        if parts.scheme == "tcp" and not connection.recv(1):
            raise ConnectionError("something else listens there")


def _unusable(address: str, found: str, mend: str) -> IoscoreError:
    return IoscoreError(Problem(where=f"scheduler {address}", found=found, mend=mend))
