"""Bands across regions: on the same month, the region that is least like the others.

The convention compares provinces on the day with their mean ± 3 σ; an operator of one province compares its regions.
A region is held against the mean of the others, since among few it would hide itself in a spread that it makes. The
figure is in σ: as unlikely as that region is by chance, given how many were looked at, so many σ is it away.
"""

import math
from collections.abc import Sequence
from statistics import fmean, stdev

__all__ = ["GROUPS_MIN", "GROUP_ROWS_MIN", "oddest", "rows_changed", "shares_apart"]

GROUPS_MIN, GROUP_ROWS_MIN = 5, 30
SIGMAS_MAX = 30.0
TURNOVER, CHANGE_IGNORED = 0.1, 0.01
"""Share of customers that may come or go in a month by chance, and change of a region's rows that never counts."""


def shares_apart(rows: Sequence[int], hits: Sequence[int]) -> float | None:
    """Give how far the oddest region's share is from the others', in σ; None with too few regions.

    Parameters
    ----------
    rows, hits : sequence of int
        Of every region its rows, and those of them that count. Regions with fewer than thirty rows are left out.

    Examples
    --------
    >>> shares_apart([1000] * 6, [100, 104, 98, 95, 101, 99]) < 1
    True
    >>> shares_apart([1000] * 6, [100, 104, 98, 95, 101, 200]) > 3
    True
    """
    kept = [(count, hit) for count, hit in zip(rows, hits, strict=True) if count >= GROUP_ROWS_MIN]
    if len(kept) < GROUPS_MIN:
        return None
    whole, every = (sum(part) for part in zip(*kept, strict=True))
    alone = [_drawn(hit, count, (every - hit + 0.5) / (whole - count + 1)) for count, hit in kept]
    return _sigmas(alone, [hit / count for count, hit in kept])


def _drawn(hits: int, rows: int, share: float) -> float:
    """Give the chance of so many hits or so few, two-sided: exact, since where few leave a normal would mislead."""
    from scipy.special import bdtr, bdtrc

    return min(1.0, 2 * float(min(bdtr(hits, rows, share), bdtrc(hits - 1, rows, share))))


def rows_changed(now: Sequence[int], before: Sequence[int]) -> float | None:
    """Give how far the change of the oddest region's rows is from the others', in σ; None with too few regions."""
    kept = [(rows, earlier) for rows, earlier in zip(now, before, strict=True) if earlier >= GROUP_ROWS_MIN]
    if len(kept) < GROUPS_MIN:
        return None
    changes = [math.log(max(rows, 0.5) / earlier) for rows, earlier in kept]
    return oddest(changes, [math.sqrt(TURNOVER / earlier + CHANGE_IGNORED**2) for _, earlier in kept])


def oddest(values: Sequence[float], noise: Sequence[float]) -> float:
    """Give the distance of the value least like the others, in σ, where chance alone moves each by its noise."""
    from scipy.special import ndtr

    away = [abs(value - fmean(others)) for value, others in _apart(values)]
    alone = [2 * float(ndtr(-far / by)) if by else float(far == 0) for far, by in zip(away, noise, strict=True)]
    return _sigmas(alone, values)


def _sigmas(alone: Sequence[float], values: Sequence[float]) -> float:
    """Give the distance of the oddest value by what noise alone makes likely, and by how the others are spread."""
    from scipy.special import ndtri, stdtr

    chances = []
    for by_noise, (value, others) in zip(alone, _apart(values), strict=True):
        away, spread = abs(value - fmean(others)), stdev(others) * math.sqrt(1 + 1 / len(others))
        by_spread = 2 * float(stdtr(len(others) - 1, -away / spread)) if spread else 0.0
        chances.append(max(by_noise, by_spread))
    least = min(chances)
    of_all = -math.expm1(len(values) * math.log1p(-least)) if least < 1 else 1.0
    return max(0.0, min(SIGMAS_MAX, float(-ndtri(of_all / 2))))


def _apart(values: Sequence[float]) -> list[tuple[float, list[float]]]:
    return [(value, [*values[:place], *values[place + 1 :]]) for place, value in enumerate(values)]
