"""Find the plan that earns most: Sobol points on a subsample, local moves, the best on everybody, judged by others.

The best of many noisy scores is too good to be true. So the winner is scored again on customers that the search never
saw, under a choice model fitted on them, over draws of its coefficients; the difference is printed as optimism.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib.errors import GateRefused
from bassboss_lib.tariff.choice import ChoiceModel, model_draws
from bassboss_lib.tariff.pool_kernel import SUMS
from bassboss_lib.tariff.scene import Base, Scene, base, extend, score
from bassboss_lib.tariff.space import Space

__all__ = ["Found", "figures", "pareto", "search", "search_menu"]

STARTS = 12
ROUNDS = 60


@dataclass(frozen=True)
class Found:
    """What a search found; money in fen per customer and month, shares of customers.

    ``tried``: every point scored on the subsample, with ``kept`` (constraints hold). ``finalists``: scored on everybody
    searched, best first. ``winner``: its parameters in the space's units. ``judged``: its score on held-out customers
    with p10, p50, p90 over draws of the choice model and chance. ``optimism_fen``: in-sample minus held-out.
    """

    tried: pd.DataFrame
    finalists: pd.DataFrame
    winner: dict[str, float]
    design: np.ndarray
    judged: dict[str, float]
    optimism_fen: float


def figures(sums: np.ndarray, customers: int, menu_margin: float) -> pd.DataFrame:
    """Turn sums over customers into figures per customer: take-up, changes, cannibalisation, share of losers."""
    takers = np.maximum(sums[:, 0], 1e-12)
    return pd.DataFrame(
        {
            "take_up": sums[:, 0] / customers,
            "revenue_fen": sums[:, 1] / customers,
            "margin_fen": sums[:, 2] / customers,
            "cannibalisation": sums[:, 3] / max(menu_margin, 1e-12),
            "losers": sums[:, 4] / takers,
        }
    )


def search(
    scene: Scene,
    space: Space,
    *,
    held: np.ndarray,
    model: ChoiceModel,
    judge: ChoiceModel,
    menu: np.ndarray | None = None,
) -> Found:
    """Search one plan.

    Parameters
    ----------
    scene : Scene
        All customers.
    space : Space
    held : array of bool
        Customers kept out of the search, a fifth or so.
    model, judge : ChoiceModel
        Fitted on customers searched and on customers held out.
    menu : array (plans, 7 or 11), optional
        Designs on the menu already, for the monotone constraint.

    Raises
    ------
    GateRefused
        If no design keeps the constraints.
    """
    searched = scene.part(~held)
    random = np.random.default_rng(space.seed)
    few = np.sort(random.permutation(len(searched))[: space.subsample])
    others = np.zeros((0, 0)) if menu is None else menu
    coarse = _Scored(space, base(searched.part(few), model), others)
    for point in _best_points(coarse, _sobol(space), STARTS):
        _climb(coarse, point)
    ranked = _best_first(space, coarse.table[coarse.table["kept"]])
    if ranked.empty:
        what = f"none of {len(coarse.table):,} designs keeps the constraints"
        raise GateRefused(what, where=space.name, remedy="loosen a constraint or widen a range")
    fine = _Scored(space, base(searched, model), others)
    fine.add(ranked.head(space.finalists)[space.names].to_numpy(dtype=np.int64))
    finalists = _best_first(space, fine.table)
    winner = finalists[space.names].to_numpy(dtype=np.int64)[0]
    design = space.designs(winner[None, :])[0]
    judged = _judge(scene.part(held), space, judge, design)
    named = {name: float(value[0]) for name, value in space.values(winner[None, :]).items()}
    optimism = float(finalists["objective"].iloc[0]) - judged["objective"]
    return Found(coarse.table, finalists.reset_index(drop=True), named, design, judged, optimism)


def search_menu(scene: Scene, space: Space, *, held: np.ndarray, model: ChoiceModel, judge: ChoiceModel) -> list[Found]:
    """Search ``space.plans`` new plans: greedy, then each is searched anew beside the others while that helps."""
    chosen: list[Found] = []

    def beside(there: list[Found]) -> Found:
        designs, wider = [one.design for one in there], scene
        for design in designs:
            wider = extend(wider, design)
        return search(wider, space, held=held, model=model, judge=judge, menu=np.array(designs))

    for _ in range(space.plans):
        chosen.append(beside(chosen))
    worth = _worth(scene, model, chosen)
    for place in range(len(chosen) if len(chosen) > 1 else 0):
        rest = chosen[:place] + chosen[place + 1 :]
        other = [*rest, beside(rest)]
        better = _worth(scene, model, other)
        if better > worth:
            chosen, worth = other, better
    return chosen


def _worth(scene: Scene, model: ChoiceModel, chosen: Iterable[Found]) -> float:
    for one in chosen:
        scene = extend(scene, one.design)
    return float(base(scene, model).customer[3].sum())


class _Scored:
    """Designs scored so far on one base, each once."""

    def __init__(self, space: Space, known: Base, menu: np.ndarray) -> None:
        self.space, self.known, self.menu = space, known, menu
        self.customers, self.menu_margin = known.customer.shape[1], float(known.customer[3].sum())
        self.table = pd.DataFrame(columns=[*space.names, "objective", "kept"])
        self.seen: dict[tuple[int, ...], tuple[bool, float]] = {}

    def add(self, points: np.ndarray) -> None:
        """Score grid points that are new."""
        fresh = [tuple(point) for point in points.tolist() if tuple(point) not in self.seen]
        fresh = list(dict.fromkeys(fresh))
        if not fresh:
            return
        grid = np.array(fresh, dtype=np.int64)
        designs = self.space.designs(grid)
        said = figures(score(self.known, designs), self.customers, self.menu_margin)
        said["objective"] = said[f"{self.space.objective}_fen"]
        said["kept"] = self._kept(designs, said)
        self.seen |= dict(zip(fresh, zip(said["kept"], said["objective"], strict=True), strict=True))
        parts = [pd.DataFrame(grid, columns=self.space.names), said]
        added = pd.concat(parts, axis=1)
        self.table = added if self.table.empty else pd.concat([self.table, added], ignore_index=True)

    def _kept(self, designs: np.ndarray, said: pd.DataFrame) -> np.ndarray:
        held = self.space.constraints
        kept = self.space.allowed(designs) & (said["losers"] <= held.losers_max).to_numpy()
        kept &= (said["cannibalisation"] <= held.cannibalisation_max).to_numpy()
        kept &= (said["take_up"] >= held.take_up_min).to_numpy()
        if held.monotone:
            kept &= np.array([all(_ordered(one, other) for other in self.menu) for one in designs], dtype=bool)
        return kept


def _ordered(one: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether the dearer of two designs gives at least as much and asks no more beyond it."""
    dear, cheap = (one, other) if one[0] > other[0] else (other, one)
    if not (dear[0] > cheap[0] and np.all(dear[1:4] >= cheap[1:4]) and dear[6] <= cheap[6]):
        return False
    return all(
        _price(dear, service, beyond) <= _price(cheap, service, beyond)
        for service in range(2)
        for beyond in (0.0, *dear[7 + 2 * service : 8 + 2 * service], *cheap[7 + 2 * service : 8 + 2 * service])
    )


def _price(design: np.ndarray, service: int, beyond: float) -> float:
    """Give the price of the next unit of a service after so many beyond the bundle."""
    tiers = design[7:].reshape(-1, 2)
    return float(tiers[service, 1] if len(tiers) and beyond >= tiers[service, 0] else design[4 + service])


def _best_first(space: Space, table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(["kept", "objective", *space.names], ascending=[False, False] + [True] * len(space.names))


def _sobol(space: Space) -> np.ndarray:
    from scipy.stats.qmc import Sobol

    exponent = max(space.sobol - 1, 1).bit_length()
    drawn = Sobol(len(space.names), rng=np.random.default_rng(space.seed)).random_base2(exponent)[: space.sobol]
    return np.minimum((drawn * space.shape).astype(np.int64), space.shape - 1)


def _best_points(scored: _Scored, points: np.ndarray, count: int) -> list[np.ndarray]:
    scored.add(points)
    return list(_best_first(scored.space, scored.table).head(count)[scored.space.names].to_numpy(dtype=np.int64))


def _climb(scored: _Scored, point: np.ndarray) -> None:
    """Move to the best neighbour until none is better; a point that keeps the constraints beats one that does not."""
    for _ in range(ROUNDS):
        around = list(scored.space.neighbours(point))
        if not around:
            return
        scored.add(np.array(around))
        best = max(around, key=lambda one: (scored.seen[tuple(one.tolist())], tuple((-one).tolist())))
        if scored.seen[tuple(best.tolist())] <= scored.seen[tuple(point.tolist())]:
            return
        point = best


def _judge(held: Scene, space: Space, judge: ChoiceModel, design: np.ndarray) -> dict[str, float]:
    """Score the winner on held-out customers: by their model, and over draws of it with the chance of choosing."""
    known = base(held, judge)
    said = figures(score(known, design[None, :]), len(held), float(known.customer[3].sum())).iloc[0].to_dict()
    random, drawn = np.random.default_rng(space.seed + 1), []
    column = SUMS.index(f"{space.objective}_change_fen")
    for one in model_draws(judge, space.draws, space.seed):
        sums = score(base(held, one), design[None, :])[0]
        drawn.append((sums[column] + random.normal() * np.sqrt(sums[5])) / len(held))
    deciles = dict(zip(("p10", "p50", "p90"), np.quantile(drawn, [0.1, 0.5, 0.9]).tolist(), strict=True))
    return {**{str(name): float(value) for name, value in said.items()}, "objective": float(np.mean(drawn)), **deciles}


def pareto(table: pd.DataFrame) -> pd.DataFrame:
    """Give the designs that no other beats in both: more of the objective, a smaller share of losers."""
    ordered = table.sort_values(["losers", "objective"], ascending=[True, False])
    best = ordered["objective"].cummax()
    return ordered[ordered["objective"] >= best].drop_duplicates("objective").reset_index(drop=True)
