"""Blocks of random work: the same bits whoever does it, and clear words when nobody does."""

from __future__ import annotations

import socket
import sys

import numpy as np
import pytest
from distributed import LocalCluster

from ioscore.errors import IoscoreError
from ioscore.sensitivity.blocks import block_generator, block_sizes, run_blocks

SIZES = block_sizes(4_321, 500)
draw = np.random.Generator.standard_normal


def drawn(**how):
    return [part.tobytes() for part in run_blocks(draw, SIZES, seed=0, **how)]


@pytest.mark.parametrize(
    ("draws", "block", "sizes"), [(10, 4, [4, 4, 2]), (8, 4, [4, 4]), (3, 9, [3])]
)
def test_blocks_hold_all_draws(draws, block, sizes):
    """Full blocks come first and the last holds the rest."""
    assert block_sizes(draws, block) == sizes


def test_a_block_has_the_stream_of_a_spawned_child():
    """Block b draws what child b of the seed draws, and seed 0 is a seed of its own."""
    children = np.random.SeedSequence(0).spawn(3)
    for b, child in enumerate(children):
        expected = np.random.Generator(np.random.SFC64(child)).random(5)
        assert block_generator(0, b).random(5).tolist() == expected.tolist()
    firsts = {block_generator(seed, b).random() for seed in (0, 1, 2) for b in range(3)}
    assert len(firsts) == 9


@pytest.mark.parametrize("jobs", [2, 4])
def test_any_number_of_jobs_gives_the_same_bits_in_the_same_order(jobs):
    """Blocks made by two or four processes are those of one process."""
    assert drawn(jobs=jobs) == drawn()


def test_a_cluster_gives_the_same_bits():
    """A real cluster of two worker processes gives what one process gives."""
    with LocalCluster(
        processes=True, n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        assert drawn(scheduler=cluster.scheduler_address) == drawn()


def test_progress_is_told_after_each_block():
    """Draws done so far and draws in all, once for each block."""
    told = []
    list(run_blocks(draw, [3, 3, 2], seed=1, progress=lambda *step: told.append(step)))
    assert told == [(3, 8), (6, 8), (8, 8)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_early_end_starts_no_more_blocks(jobs):
    """Who stops after one of a million blocks does not wait for the others, nor is warned."""
    results = run_blocks(draw, [10] * 1_000_000, seed=0, jobs=jobs)
    assert len(next(results)) == 10
    results.close()
    assert list(results) == []


def test_a_failing_block_fails_the_run():
    """An error inside a worker process reaches the caller as it is."""
    with pytest.raises(ZeroDivisionError):
        list(run_blocks(lambda _, size: size // 0, [1, 1], seed=0, jobs=2))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "http://x:1", "h:99999"])
def test_an_address_where_nothing_answers_is_named(address):
    """A dead or impossible address is an error that says how to start a scheduler, at once."""
    with pytest.raises(IoscoreError, match="no scheduler answers") as caught:
        drawn(scheduler=address)
    assert address in str(caught.value)
    assert "dask scheduler" in str(caught.value)


def test_a_place_that_is_silent_is_no_scheduler(monkeypatch):
    """A port that accepts and never greets, as a web page does, is not waited for without end."""
    monkeypatch.setattr("ioscore.sensitivity.blocks.CONNECT_SECONDS", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(IoscoreError, match="no scheduler answers"),
    ):
        drawn(scheduler=f"tcp://127.0.0.1:{silent.getsockname()[1]}")


def test_a_cluster_without_workers_is_named(monkeypatch):
    """A scheduler that nobody works for is an error that says how to start a worker."""
    monkeypatch.setattr("ioscore.sensitivity.blocks.CONNECT_SECONDS", 1)
    with (
        LocalCluster(n_workers=0, dashboard_address=None) as cluster,
        pytest.raises(IoscoreError, match="no workers"),
    ):
        drawn(scheduler=cluster.scheduler_address)


def test_without_dask_the_extra_is_named(monkeypatch):
    """Where dask is not installed, the error says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(IoscoreError, match=r"pip install 'ioscore\[dask\]'"):
        drawn(scheduler="tcp://127.0.0.1:8786")
