"""Independent pieces of training side by side, in processes: liblinear and crfsuite hold Python's lock or share state."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_FEW = 500  # fewer items are done sooner than a process is started
# niceness: what many processes share gives way to the one long piece of `in_child`, which all wait for at the end, and what
# is done meanwhile (parts, or trials on a part) to the first of the jobs, which may be the longest
_FIRST, _GIVING_WAY = 5, 10
# what a forked child finds without having it sent: function, jobs and their niceness
_shared: list[tuple[Callable[..., Any], Sequence[Any], Sequence[int]]] = []


def in_processes(function: Callable[..., Result], jobs: Sequence[tuple[Any, ...]]) -> list[Result]:
    """`function(*job)` for each job, in order; one after the other where there is one core or no fork.

    Function and jobs are inherited, not sent: only results travel.
    """
    workers = min(len(jobs), _workers())
    if workers < 2:
        return [function(*job) for job in jobs]
    return _forked(workers, function, jobs, [_FIRST] + [_GIVING_WAY] * (len(jobs) - 1))


def in_chunks(function: Callable[[Sequence[Item]], Result], items: Sequence[Item], each: int = 1) -> list[Result]:
    """`function` of contiguous chunks of `items`, in order: `each` for every core, or a single one of few items.

    With several for each core none waits for another whose items happen to be harder.
    """
    count = _workers() * each if len(items) >= _FEW else 1
    size = -(-len(items) // count) or 1
    return in_processes(function, [(items[at : at + size],) for at in range(0, len(items), size)])


def in_child(function: Callable[..., Result], *arguments: Any) -> Result:
    """`function(*arguments)` in a process of its own, so that other threads of this one can work meanwhile."""
    return _forked(1, function, [arguments], [0])[0] if _workers() > 1 else function(*arguments)


def _workers() -> int:
    inside = multiprocessing.current_process().daemon  # a pool's process may not have children
    return 1 if inside or "fork" not in multiprocessing.get_all_start_methods() else os.cpu_count() or 1


def _forked(
    workers: int, function: Callable[..., Result], jobs: Sequence[tuple[Any, ...]], niceness: Sequence[int]
) -> list[Result]:
    with multiprocessing.get_context("fork").Pool(workers, _inherit, (function, jobs, niceness)) as pool:
        return pool.map(_job, range(len(jobs)), chunksize=1)


def _inherit(function: Callable[..., Any], jobs: Sequence[tuple[Any, ...]], niceness: Sequence[int]) -> None:
    _shared[:] = [(function, jobs, niceness)]
    gc.disable()  # else it goes through everything inherited, again and again, and so copies it; the child ends soon anyway


def _job(number: int) -> Any:
    function, jobs, niceness = _shared[0]
    os.nice(max(0, niceness[number] - os.nice(0)))  # a process that gave way cannot take that back
    return function(*jobs[number])
