"""Refuse to train where nothing can be learnt: rows without positives train happily, and in vain."""

import numpy as np

from bassboss_lib.errors import GateRefused

__all__ = ["require_enough"]


def require_enough(y: np.ndarray, *, rows_min: int, positives_min: int, where: str = "training rows") -> None:
    """Pass if there are enough rows, positives and negatives.

    Raises
    ------
    GateRefused
        If there are not (R19).

    Examples
    --------
    >>> require_enough(np.zeros(5000, int), rows_min=1000, positives_min=200)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    bassboss_lib.errors.GateRefused: R19: positives 0 < 200 | where: training rows | kept: the champion ...
    """
    positives = int(np.sum(y))
    counts = (
        ("rows", len(y), rows_min),
        ("positives", positives, positives_min),
        ("negatives", len(y) - positives, positives_min),
    )
    for name, found, needed in counts:
        if found < needed:
            raise GateRefused(
                f"{name} {found} < {needed}",
                fault="R19",
                where=where,
                kept="the champion keeps scoring",
                remedy="train on more months, or check the label",
            )
