"""Independent pieces of training side by side. Processes, as liblinear is not safe in threads."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")


def in_processes(function: Callable[..., Result], jobs: Sequence[tuple[Any, ...]]) -> list[Result]:
    """`function(*job)` for each job, in order; one after the other where there is one core or no fork."""
    workers = min(len(jobs), os.cpu_count() or 1)
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        return [function(*job) for job in jobs]
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        return pool.starmap(function, jobs, chunksize=1)
