"""Customers with both outcomes written down, whom a campaign may assign again and again."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from bassboss_lib.campaigns import (
    adjusted_difference,
    compare,
    difference_in_rates,
    effect_reached,
    rate,
    untreated,
)
from bassboss_lib.learning import Estimate

CONTROL_SHARE = 0.2


@dataclass(frozen=True)
class Fixed:
    """Potential outcomes of a month's customers: left and revenue untreated and treated, who would be reached."""

    candidate: np.ndarray
    stratum: np.ndarray
    probability: np.ndarray
    before: np.ndarray
    left: tuple[np.ndarray, np.ndarray]
    revenue: tuple[np.ndarray, np.ndarray]
    reach: np.ndarray

    @property
    def truth(self) -> dict[str, float]:
        """What every interval should cover."""
        c, (y0, y1), (r0, r1) = self.candidate, self.left, self.revenue
        return {
            "hit_rate": y0[c].mean(),
            "churn_rate": y0.mean(),
            "itt": (y1 - y0)[c].mean(),
            "effect_reached": (y1 - y0)[c & self.reach].mean(),
            "saved_revenue": (r1 - r0)[c].mean(),
        }

    @property
    def unknowable(self) -> dict[str, float]:
        """How often honest intervals of 95 % cover, since one assignment does not tell how effects are spread.

        The variance over assignments is S0²/n0 + S1²/n1 − Sτ²/N (Neyman 1923). No data tell Sτ², the spread of effects
        between customers, so an honest interval leaves the last term out, and is wider than this one population needs.
        """
        c, known = self.candidate, np.column_stack([self.before, self.probability])
        shown = {}
        for name, (y0, y1), x in (("itt", self.left, known[:, :0]), ("saved_revenue", self.revenue, known)):
            zero, one, effect = (_spread(y[c].astype(float), self.stratum[c], x[c]) for y in (y0, y1, y1 - y0))
            needed = zero / CONTROL_SHARE + one / (1 - CONTROL_SHARE)
            shown[name] = float(2 * norm.cdf(norm.ppf(0.975) * np.sqrt(needed / (needed - effect))) - 1)
        return dict.fromkeys(self.truth, 0.95) | shown

    def assigned(self, random: np.random.Generator) -> np.ndarray:
        """Tell who is listed: in every stratum of candidates the same share is kept back by chance."""
        listed = np.zeros(len(self.candidate), bool)
        for name in np.unique(self.stratum[self.candidate]):
            rows = random.permutation(np.flatnonzero(self.stratum == name))
            listed[rows[int(np.ceil(CONTROL_SHARE * len(rows))) :]] = True
        return listed

    def estimates(self, listed: np.ndarray) -> tuple[dict[str, Estimate], float]:
        """Estimate everything from what is seen under an assignment; and the naive hit rate."""
        y, revenue = (np.where(listed, both[1], both[0]) for both in (self.left, self.revenue))
        c = self.candidate
        arms = compare(listed[c], self.stratum[c])
        sample = untreated(listed, self.stratum, np.ones(len(y), bool))
        seen, z = y[sample.rows], c[sample.rows].astype(float)
        reached = effect_reached(y[c], (listed & self.reach)[c], arms)
        assert reached is not None
        known = np.column_stack([self.before[c], self.probability[c]])
        found = {
            "hit_rate": rate(sample, seen * z, z),
            "churn_rate": rate(sample, seen, np.ones(len(seen))),
            "itt": difference_in_rates(y[c], arms),
            "effect_reached": reached,
            "saved_revenue": adjusted_difference(revenue[c], arms, known),
        }
        return found, float(y[listed].mean())


def _spread(y: np.ndarray, stratum: np.ndarray, x: np.ndarray) -> float:
    """Give the variance of what strata and columns do not tell."""
    inside = np.unique(stratum, return_inverse=True)[1]
    design = np.hstack([np.eye(inside.max() + 1)[inside], x - x.mean(axis=0)])
    return float(np.var(y - design @ np.linalg.lstsq(design, y, rcond=None)[0]))


def fixed_world(seed: int, customers: int = 10_000, candidates: int = 640) -> Fixed:
    """Make customers: a third of the reached who would leave stays, some who would stay leave because of the call."""
    random = np.random.default_rng(seed)
    p, value = random.beta(0.7, 9, customers), random.gamma(2, 3000, customers)
    candidate = np.zeros(customers, bool)
    candidate[np.argsort(-p * value)[:candidates]] = True
    reach = random.random(customers) < 0.65
    untouched = (random.random(customers) < p).astype(float)
    saved, woken = (random.random(customers) < share for share in (0.35, 0.03))
    touched = np.where(saved & reach, 0.0, np.where(woken & reach, 1.0, untouched))
    before = value * 3
    since = before * np.exp(random.normal(0, 0.15, customers))
    revenue = tuple(since * np.where(left == 1, 0.4, 1.0) for left in (untouched, touched))
    stratum = np.full(customers, "none", object)
    rows = np.flatnonzero(candidate)
    classes = [np.minimum(column[rows].argsort().argsort() * 3 // len(rows), 2) for column in (value, p)]
    stratum[rows] = [f"V{one}R{other}" for one, other in zip(*classes, strict=True)]
    return Fixed(candidate, stratum, p, before, (untouched, touched), (revenue[0], revenue[1]), reach)


def coverage(world: Fixed, replicates: int, seed: int) -> tuple[dict[str, float], float]:
    """Assign anew so many times: how often each interval covers the truth, and the mean naive hit rate."""
    random, truth = np.random.default_rng(seed), world.truth
    covered, naive = dict.fromkeys(truth, 0), 0.0
    for _ in range(replicates):
        found, misleading = world.estimates(world.assigned(random))
        naive += misleading
        for name, one in found.items():
            covered[name] += one.low <= truth[name] <= one.high
    return {name: count / replicates for name, count in covered.items()}, naive / replicates
