"""The limited child: it parses what came from outside, and can do little else.

``python -m bassboss_lib.exchange.child DESCRIPTOR`` is started by `exchange.limited`, once per process, and forks for
every task, so that a task costs milliseconds and leaves nothing to the next one. It never holds the vault's key. A fork
gets its files as open descriptors; then its memory, time and output are limited and it can open neither a file nor a
socket any more. Whatever breaks or exhausts a fork breaks this fork only.
"""

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import threading
from importlib.abc import MetaPathFinder
from pathlib import Path

from bassboss_lib.exchange.child_tasks import TASKS, warm_up
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.handing import received

MEMORY_BYTES, OUTPUT_BYTES, CPU_S = 2 << 30, 16 << 30, 600
"""Memory a task may take beyond what the child had before it, bytes it may write into a file, seconds of all cores."""

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


class WithoutPandas(MetaPathFinder):
    """Says that pandas is not there: Arrow would import it at its first conversion, and nothing here needs it."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Refuse pandas; leave everything else to the finders after it."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def main(mailbox: socket.socket) -> None:
    """Fork for every task whose descriptor comes through the mailbox, until nobody holds its other end."""
    sys.meta_path.insert(0, WithoutPandas())
    leave_the_network()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    warm_up()
    while True:
        _, handles, _, _ = socket.recv_fds(mailbox, 1, 1)
        if not handles:
            return
        if os.fork() == 0:
            mailbox.close()
            serve(socket.socket(fileno=handles[0]))
            os._exit(0)
        os.close(handles[0])


def leave_the_network() -> bool:
    """Move into a network of its own, without any interface, where the system lets us; tell whether it did.

    Where it does not, a fork still cannot open a socket, since it cannot open anything.
    """
    unshare = getattr(ctypes.CDLL(None, use_errno=True), "unshare", None)
    return unshare is not None and any(unshare(flags) == 0 for flags in (CLONE_NEWUSER | CLONE_NEWNET, CLONE_NEWNET))


def serve(caller: socket.socket) -> None:
    """Do one task under limits and say what became of it; gone as soon as the caller is."""
    task, handles = received(caller)
    threading.Thread(target=_end_with, args=(caller,), daemon=True).start()
    limit()
    caller.sendall(json.dumps(answer(task, handles)).encode())


def answer(task: dict, handles: list[int]) -> dict:
    """Do what a task says: what it gives, or the refusal, or what broke."""
    try:
        return {"done": TASKS[task["task"]](task, handles), "used": _used()}
    except FileRefused as error:
        return {"refused": [error.code, error.plain, error.fault, error.where]}
    except OSError as error:
        return {"disk": error.errno, "broken": type(error).__name__}
    except Exception as error:  # whatever it is, it is the file's, and this process ends
        return {"broken": type(error).__name__}


def limit() -> None:
    """Limit memory, output and time of this process, and let it open nothing more."""
    for kind, most in (
        (resource.RLIMIT_AS, _reserved() + MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        allowed = resource.getrlimit(kind)[1]
        settled = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(kind, (settled, settled))


def _reserved() -> int:
    """Give the bytes of address space that this process has, where the system tells."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _used() -> dict[str, float]:
    """Tell what a task took: seconds of all cores, and the most memory."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu_s": spent.ru_utime + spent.ru_stime, "peak_kb": spent.ru_maxrss}


def _end_with(caller: socket.socket) -> None:
    caller.recv(1)
    os._exit(1)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
