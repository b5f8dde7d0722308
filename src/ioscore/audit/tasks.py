"""Independent pieces of work, done one after the other or in several processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A piece of work that needs no other.

    Attributes
    ----------
    key : tuple of str
        What it is called; given to `work`.
    work : callable
        ``work(key, **arguments)``; picklable.
    arguments : mapping
    """

    key: tuple[str, ...]
    work: Callable[..., Any]
    arguments: Mapping[str, Any]


def do_all(
    tasks: Sequence[Task], *, jobs: int, progress: Progress | None = None
) -> dict[tuple[str, ...], Any]:
    """Do every task.

    Parameters
    ----------
    tasks : sequence of Task
        The longest first, so that no process waits for another at the end.
    jobs : int
        Processes, >= 1; changes no result.
    progress : callable, optional
        ``progress(name, done, all)`` after each task.

    Returns
    -------
    dict
        Results by key, in the order of the tasks.
    """
    found: dict[tuple[str, ...], Any] = {}
    for done, (key, result) in enumerate(_results(tasks, jobs), start=1):
        found[key] = result
        if progress is not None:
            progress(" ".join(key), done, len(tasks))
    return {task.key: found[task.key] for task in tasks}


def _results(tasks: Sequence[Task], jobs: int) -> Generator[tuple[tuple[str, ...], Any]]:
    if jobs == 1:
        yield from map(_done, tasks)
        return
    from joblib import Parallel, delayed

    work = (delayed(_done)(task) for task in tasks)
    yield from Parallel(n_jobs=jobs, batch_size=1, return_as="generator_unordered")(work)


def _done(task: Task) -> tuple[tuple[str, ...], Any]:
    return task.key, task.work(task.key, **task.arguments)
