"""Work on foreign bytes in a process of its own, which the operating system ends when it takes too much.

A library may follow bytes of some kilobytes into gigabytes, or into a loop, in more ways than can be counted
beforehand. So the work is done beside the service, which goes on whatever becomes of it.
"""

import resource
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import app

_CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); from app.load_limits.bounded_process import serve; serve()"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """`memory`: bytes of address space, of which some hundred megabytes are libraries. `processor`: seconds of the
    processor. `wait`: seconds on a busy machine."""

    memory: int
    processor: int
    wait: int


class TaskFailed(Exception):
    """The work ended with an error of its own: the bytes are not what they should be."""


class TaskStopped(Exception):
    """The work went beyond its bounds."""


def run_bounded(module: str, data: bytes, bounds: Bounds) -> bytes:
    """What the function `answer` of this module says of the bytes, as UTF-8.

    Args:
        module: full name; its `answer(data: bytes) -> str` runs in the process. What is printed meanwhile is lost.

    Raises:
        TaskFailed, TaskStopped: there is no answer.
    """
    root = str(Path(app.__file__).parents[1])
    limits = [str(bounds.memory), str(bounds.processor)]
    try:
        done = subprocess.run(  # noqa: S603 - all fixed
            [sys.executable, "-P", "-c", _CHILD, root, module, *limits],
            input=data,
            # Without the settings and secrets of the service: the bytes may find a way to run what they say.
            env={"PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=bounds.wait,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise TaskStopped(f"no answer within {bounds.wait} s") from error
    except subprocess.CalledProcessError as error:
        # A signal below zero: the operating system has ended it, for its time or for a library's want of memory.
        ended = TaskFailed if error.returncode > 0 else TaskStopped
        raise ended(f"ended with {error.returncode}") from error
    return done.stdout


def serve() -> None:
    """The whole life of the process: `sys.argv` is the root, the module, and the bounds of memory and processor."""
    out, sys.stdout = sys.stdout, sys.stderr
    module = import_module(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it has nothing to write to any file
    for limit, most in zip((resource.RLIMIT_AS, resource.RLIMIT_CPU), map(int, sys.argv[3:5]), strict=True):
        resource.setrlimit(limit, (most, most))
    out.write(module.answer(sys.stdin.buffer.read()))
