"""Processes to be killed, forked from one that has imported and answered everything once and runs nothing."""

import multiprocessing
from collections.abc import Callable
from typing import Any


def template() -> Any:
    """The context whose processes are forked from the template; it starts with the first of them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.template"])
    return context


def exit_of(run: Callable[..., None], *arguments: Any) -> int:
    """How a process ends that runs this: its status, or the negative number of the signal."""
    process = template().Process(target=run, args=arguments)
    process.start()
    process.join(600)
    status: int = process.exitcode
    return status
