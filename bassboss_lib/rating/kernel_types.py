"""How kernels are compiled and kept, and the arrays that they take."""

from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

__all__ = ["ENTRY", "FAST", "PIECES_MAX", "Events", "Rows", "Tables", "stamp"]

PIECES_MAX = 1024
FAST: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""Kernels make no arrays, so they need not count references: counting took most of the time."""
INNER: dict[str, Any] = FAST | {"inline": "always"}
"""For what is called for every event: calls with a dozen arrays took three quarters of the time."""
ENTRY: dict[str, Any] = FAST | {"cache": True}
"""For the kernels that Python calls: kept compiled on disk. They close over `stamp`, so that none outlives a change of
what it calls."""


def stamp() -> int:
    """Give a number that changes with the text of any kernel of this room."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return int.from_bytes(sha256(b"".join(path.read_bytes() for path in sources)).digest()[:4])


class Tables(NamedTuple):
    """Compiled plans, as the kernel takes them; ``idle[plan, class]``: costs nothing and uses nothing up, ever."""

    rates: np.ndarray
    tiers: np.ndarray
    pools: np.ndarray
    plan: np.ndarray
    rate_of: np.ndarray
    pools_of: np.ndarray
    rules: np.ndarray
    voice: np.ndarray
    class_of: np.ndarray
    atom_of: np.ndarray
    day_kinds: np.ndarray
    idle: np.ndarray


class Rows(NamedTuple):
    """Rows of owner and month, with the plan of each."""

    owner: np.ndarray
    month: np.ndarray
    plan: np.ndarray
    first: np.ndarray


class Events(NamedTuple):
    """Events of the rows."""

    code: np.ndarray
    started_s: np.ndarray
    units: np.ndarray
    member: np.ndarray
