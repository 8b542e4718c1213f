"""Tell how far a long step is, from wherever it runs: `report` is the one function for it.

Under `bassboss run` the kernel finds the channel's file in its environment and appends a line to it, which the runner
turns into a bar; anywhere else nothing happens. Training rounds, explanations and rating call it.
"""

import json
import os
import time

__all__ = ["CHANNEL", "report"]

CHANNEL = "BASSBOSS_PROGRESS"
EVERY_S = 0.2

_told: dict[str, float] = {}


def report(what: str, done: int, total: int) -> None:
    """Say what is being done, how much of it is done, and of how much; a few times a second at most.

    Examples
    --------
    >>> report("trees", 25, 2000)
    """
    channel = os.environ.get(CHANNEL)
    now_s = time.monotonic()
    if not channel or (done < total and now_s - _told.get(what, 0.0) < EVERY_S):
        return
    _told[what] = now_s
    line = json.dumps({"what": what, "done": int(done), "total": int(total)}) + "\n"
    try:
        channel_file = os.open(channel, os.O_WRONLY | os.O_APPEND)
    except OSError:
        return  # nobody listens any more; the work goes on
    try:
        os.write(channel_file, line.encode())
    except OSError:
        return
    finally:
        os.close(channel_file)
