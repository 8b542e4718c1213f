"""Many designs against many customers: what one more plan would take, earn, cannibalise and cost its takers.

A design charges a fee and prices beyond three bundles (voice, data, messages): a customer's month is three totals, his
bill three hinges, and one more for each service whose price changes after a tier. The menu that is there is two numbers
per customer (`menu`). The loops run over tiles of customers that stay in cache, customers innermost, so that the
compiler makes vectors of them; numba's own check of divisions would undo that. One thread, one order of additions: the
same inputs give the same bytes.
"""

from typing import Any

import numpy as np
from numba import njit

__all__ = ["CUSTOMER", "SUMS", "USE", "score_designs"]

USE = ("voice_min", "data_gb", "texts", "fixed_fen", "current_fen")
"""Rows of ``use``: billed units of a month, what no design changes, and the bill as it is."""

CUSTOMER = ("offset", "log_sum", "revenue_fen", "margin_fen", "cost_fen", "current_fen")
"""Rows of ``customer``: utility of a new plan apart from its price, the menu's sums, cost of use, the mean bill."""

SUMS = ("takers", "revenue_change_fen", "margin_change_fen", "cannibalised_fen", "losing_takers", "chance_variance")
"""Columns of the result; the last is the variance of the margin's change that chance in choosing makes."""

TILE = 2048
FAST = {"reassoc", "contract", "nsz", "arcp"}
KERNEL: dict[str, Any] = {"error_model": "numpy", "fastmath": FAST, "cache": True, "nogil": True}
Arrays = tuple[np.ndarray, ...]


@njit(**KERNEL)
def _add_month(month: Arrays, design: np.ndarray, weights: np.ndarray, tile: Arrays) -> None:
    """Add a month to a tile: what would be saved (fen), its square, charges beyond bundles, bundles left over."""
    voice, data, texts, fixed, current = month
    saved, squares, beyond, room = tile
    fee, of_voice, of_data, of_texts = design[0], design[1], design[2], design[3]
    for_voice, for_data, for_texts = design[4], design[5], design[6]
    zero = design[0] * 0
    for i in range(len(voice)):
        charge = for_voice * max(voice[i] - of_voice, zero) + for_data * max(data[i] - of_data, zero)
        charge += for_texts * max(texts[i] - of_texts, zero)
        saving = current[i] - fixed[i] - fee - charge
        left = weights[0] * max(of_voice - voice[i], zero) + weights[1] * max(of_data - data[i], zero)
        saved[i] += saving
        squares[i] += saving * saving
        beyond[i] += charge + fixed[i]
        room[i] += left + weights[2] * max(of_texts - texts[i], zero)


@njit(**KERNEL)
def _add_tiers(month: Arrays, design: np.ndarray, fixed_too: np.ndarray) -> None:
    """Write what no design changes, and what tiers change of the price beyond bundles."""
    voice, data, fixed = month[0], month[1], month[3]
    voice_from, data_from = design[1] + design[7], design[2] + design[9]
    voice_change, data_change = design[8] - design[4], design[10] - design[5]
    zero = design[0] * 0
    for i in range(len(voice)):
        changed = voice_change * max(voice[i] - voice_from, zero) + data_change * max(data[i] - data_from, zero)
        fixed_too[i] = fixed[i] + changed


@njit(**KERNEL)
def _risk(tile: Arrays, share: float, zero: float) -> None:
    """Turn sums of squares into the standard deviation of the saving over months, in place."""
    saved, squares = tile[0], tile[1]
    for i in range(len(saved)):
        mean = saved[i] * share
        squares[i] = np.sqrt(max(squares[i] * share - mean * mean, zero))


@njit(**KERNEL)
def _take(tile: Arrays, customer: Arrays, beta: np.ndarray, consts: np.ndarray, sums: np.ndarray) -> None:
    """Turn a tile's savings into probabilities and add them up.

    exp is (1 + x/256 + …)^256: seven terms and eight squarings; no branch, so that it makes vectors.
    """
    saved, risk, beyond, room = tile
    offset, log_sum, revenue, margin, cost, current = customer
    share, one, zero, most = consts[0], consts[1], consts[2], consts[3]
    part, c2, c3, c4, c5, c6, c7 = consts[4], consts[5], consts[6], consts[7], consts[8], consts[9], consts[10]
    takers, to_revenue, to_margin, lost, losing, chance = zero, zero, zero, zero, zero, zero
    for i in range(len(saved)):
        mean = saved[i] * share
        v = offset[i] + beta[0] * mean + beta[1] * risk[i] + beta[3] * room[i] * share
        v += beta[2] if beyond[i] <= zero else zero
        x = min(max(log_sum[i] - v, -most), most) * part
        e = one + x * (one + x * (c2 + x * (c3 + x * (c4 + x * (c5 + x * (c6 + x * c7))))))
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        p = one / (one + e)
        paid = current[i] - mean
        gain = paid - cost[i] - margin[i]
        takers += p
        to_revenue += p * (paid - revenue[i])
        to_margin += p * gain
        lost += p * margin[i]
        losing += p if mean < zero else zero
        chance += p * (one - p) * gain * gain
    sums[0] += takers
    sums[1] += to_revenue
    sums[2] += to_margin
    sums[3] += lost
    sums[4] += losing
    sums[5] += chance


@njit(**KERNEL)
def _weights(design: np.ndarray, weights: np.ndarray) -> None:
    """Weigh what is left over of each bundle so that the mean share of bundles left comes out."""
    bundles = 0
    for one in range(1, 4):
        bundles += design[one] > 0
    for one in range(3):
        weights[one] = 1 / (design[one + 1] * bundles) if design[one + 1] > 0 else 0


@njit(**KERNEL)
def score_designs(use: np.ndarray, customer: np.ndarray, beta: np.ndarray, designs: np.ndarray) -> np.ndarray:
    """Score every design on all customers.

    Parameters
    ----------
    use : array (5, months, customers)
        Rows `USE`; voice in minutes, data in GB, money in fen.
    customer : array (6, customers)
        Rows `CUSTOMER`; fen a month.
    beta : array (4,)
        Utility of a fen saved, of a fen of risk, of a bill without extra charges, of bundles left over (share).
    designs : array (designs, 7) or (designs, 11)
        Fee in fen; bundle minutes, GB, messages; fen a minute, GB, message beyond; with tiers: after how many minutes
        beyond another price holds, which, after how many GB, which.

    Returns
    -------
    array of float64 (designs, 6)
        Sums over customers, columns `SUMS`. Arrays of float32 halve the time; tiles are added in float64 all the same.
    """
    kind = use.dtype
    months, customers = use.shape[1], use.shape[2]
    out = np.zeros((len(designs), 6), dtype=np.float64)
    scratch, weights, sums = np.zeros((5, TILE), dtype=kind), np.zeros(3, dtype=kind), np.zeros(6, dtype=kind)
    terms = [1 / months, 1, 0, 30, 1 / 256, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040]
    consts = np.array(terms).astype(kind)
    for start in range(0, customers, TILE):
        end = min(start + TILE, customers)
        size = end - start
        tile = (scratch[0, :size], scratch[1, :size], scratch[2, :size], scratch[3, :size])
        own = (
            customer[0, start:end], customer[1, start:end], customer[2, start:end],
            customer[3, start:end], customer[4, start:end], customer[5, start:end],
        )  # fmt: skip
        for k in range(len(designs)):
            _weights(designs[k], weights)
            scratch[:4] = 0
            for m in range(months):
                month = (
                    use[0, m, start:end], use[1, m, start:end], use[2, m, start:end],
                    use[3, m, start:end], use[4, m, start:end],
                )  # fmt: skip
                if designs.shape[1] > 7:
                    _add_tiers(month, designs[k], scratch[4])
                    month = (month[0], month[1], month[2], scratch[4, :size], month[4])
                _add_month(month, designs[k], weights, tile)
            if months > 1:
                _risk(tile, consts[0], consts[2])
            else:
                scratch[1] = 0
            sums[:] = 0
            _take(tile, own, beta, consts, sums)
            out[k] += sums
    return out
