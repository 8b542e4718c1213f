"""Work on blocks side by side: the column kernels leave the interpreter's lock, so threads use every core.

Results come in the order of the blocks, and the first block that fails is the one that is reported: how many threads
there are changes nothing but the time.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["side_by_side"]

WORKERS = max(2, min(4, os.cpu_count() or 1))

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Give ``work(item)`` for every item in order; a few items are under way at once, so memory stays flat.

    Examples
    --------
    >>> list(side_by_side(len, ["a", "", "abc"]))
    [1, 0, 3]
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        under_way: deque[Future[Result]] = deque()
        for item in items:
            under_way.append(pool.submit(work, item))
            if len(under_way) > WORKERS:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
