"""Random numbers that belong to a customer, not to a row: counter-based draws keyed by what they are for.

A draw is a hash of world seed, month, purpose, customer (serial) and slot, so it does not depend on the order of
rows, on who else lives, on chunks or on threads. Two worlds with the same seed give a customer the same
draws in the same month, whatever else differs between them: what a contact changed is then seen customer by customer,
without noise.

The hash is the finaliser of splitmix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"),
applied to customer and slot in turn.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.special import ndtri

__all__ = ["Draws", "Purpose", "mixed"]

MASK = (1 << 64) - 1
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # multipliers of splitmix64's finaliser
GOLDEN, SILVER = 0x9E3779B97F4A7C15, 0xD1342543DE82EF95  # odd steps between neighbouring customers and slots
HALF, WIDTH = 0.5, 2.0**-53


class Purpose(IntEnum):
    """What random numbers are drawn for; each purpose has its own, so that one more draw here changes nothing there.

    From 100 on they belong to `boss.contact`.
    """

    AREAS = 1
    PERSON = 2
    HABITS = 3
    TERMS = 4
    FRESH = 5
    JOIN = 6
    FRIENDS = 7
    GROWTH = 8
    TASTE = 9
    TYPE = 10
    USE = 20
    TERMINAL = 21
    MOVE = 22
    PLAN = 23
    PAYMENT = 24
    HIDDEN = 25
    NETWORK = 26
    COMPLAINT = 27
    CIRCLE = 28
    OFF_NET = 29
    DEPARTURE = 30
    STANDING = 31
    TYPE_CHANGE = 32
    VOICE = 40
    MESSAGE = 41
    DATA = 42
    PAYMENT_RECORD = 43
    COMPLAINT_RECORD = 44
    BILL = 45
    CONTACT = 100


@dataclass(frozen=True)
class Draws:
    """Random numbers of one purpose in one month of one world.

    Parameters
    ----------
    seed : int
        Of the world.
    month_index : int
        Year x 12 + month - 1.
    purpose : int
        A `Purpose`, or any whole number that nothing else uses.
    copy : int
        0 is what happens; other copies are other courses that things could take (`ahead`).

    Examples
    --------
    >>> draws = Draws(1, 24307, Purpose.USE)
    >>> whole = draws.uniform(np.arange(5))
    >>> bool((whole[3:] == draws.uniform(np.array([3, 4]))).all())
    True
    """

    seed: int
    month_index: int
    purpose: int
    copy: int = 0

    def of(self, purpose: int) -> "Draws":
        """Give the draws of another purpose in the same month and copy."""
        return Draws(self.seed, self.month_index, purpose, self.copy)

    def bits(self, serial: np.ndarray, slot: int | np.ndarray = 0) -> np.ndarray:
        """Give 64 random bits (uint64) for each customer's ``slot``; slots of one customer are independent."""
        key = np.uint64(self._key())
        with np.errstate(over="ignore"):
            customer = mixed(np.asarray(serial).astype(np.uint64) * np.uint64(GOLDEN) + key)
            step = np.asarray(slot).astype(np.uint64) * np.uint64(SILVER)
            return mixed(customer + step)

    def uniform(self, serial: np.ndarray, slot: int | np.ndarray = 0) -> np.ndarray:
        """Give numbers in the open interval from 0 to 1, one for each serial."""
        return ((self.bits(serial, slot) >> np.uint64(11)).astype(np.float64) + HALF) * WIDTH

    def normal(self, serial: np.ndarray, slot: int | np.ndarray = 0) -> np.ndarray:
        """Give standard normal numbers, by inversion."""
        return ndtri(self.uniform(serial, slot))

    def integers(self, serial: np.ndarray, low: int, high: int | np.ndarray, slot: int | np.ndarray = 0) -> np.ndarray:
        """Give whole numbers from ``low`` to below ``high``."""
        return low + (self.uniform(serial, slot) * (np.asarray(high) - low)).astype(np.int64)

    def choice(self, serial: np.ndarray, weights: list[float], slot: int | np.ndarray = 0) -> np.ndarray:
        """Give positions in ``weights``, each as often as its weight says."""
        edges = np.cumsum(weights)
        return np.searchsorted(edges[:-1] / edges[-1], self.uniform(serial, slot), side="right")

    def _key(self) -> int:
        key = 0
        for part in (self.seed, self.month_index, int(self.purpose), self.copy):
            key = _mixed_int((key + part * GOLDEN + SILVER) & MASK)
        return key


def mixed(value: np.ndarray) -> np.ndarray:
    """Scatter 64 bits (uint64) over all 64: the finaliser of splitmix64."""
    value = value ^ (value >> np.uint64(30))
    value = value * np.uint64(FIRST)
    value ^= value >> np.uint64(27)
    value *= np.uint64(SECOND)
    value ^= value >> np.uint64(31)
    return value


def _mixed_int(value: int) -> int:
    value = (value ^ value >> 30) * FIRST & MASK
    value = (value ^ value >> 27) * SECOND & MASK
    return value ^ value >> 31
