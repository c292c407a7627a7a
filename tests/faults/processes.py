"""Processes to be killed, forked from one that has imported and answered everything once and runs nothing."""

import multiprocessing
from typing import Any


def template() -> Any:
    """The context whose processes are forked from the template; it starts with the first of them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.template"])
    return context
