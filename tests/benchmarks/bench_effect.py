"""What the effect model is worth at size: ``python -m tests.benchmarks.bench_effect [FOLDER]``.

Two hundred thousand customers, twelve campaigns with 20 % exploration and 20 % controls, then the list of the month
after, held against the true effects: ordered by learnt effect, and by risk times value. Both are told with the offers
that campaigns have proven, so that the order alone differs; beside them the list by risk with the offers of the
catalogue, which is what there was before anything was learnt. It is done twice: in the shipped world, and in one where
contact does the same to everybody.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bassboss_lib.campaigns import Design, assign, choose, suitable, uniforms
from bassboss_lib.campaigns.profit import MONTHS_KEPT, best_offers
from bassboss_lib.retention.effect_model import effect_of, risk_of
from bassboss_lib.retention.effect_store import Judged
from bassboss_lib.retention.uplift import judge
from bassboss_lib.workspace import Workspace
from tests.benchmarks.effect_world import CAMPAIGNS, JUDGED, OFFERS, TIMES, Everybody, begun, everybody, true_effects

SIZE = 20_000
DESIGN = Design(size=SIZE, control_share=0.2, explore_share=0.2)
HOLD = 3


@dataclass(frozen=True)
class Found:
    """What a world showed: the gate, and what lists are worth by the truth, yuan over the months kept.

    ``before`` is the list by risk with the offers of the catalogue; the others have the ``offers`` proven.
    """

    judged: Judged
    offers: dict[str, str]
    by_effect: float
    by_risk: float
    before: float
    best: float

    @property
    def opened(self) -> bool:
        """Whether the gate is open, so that the list by effect is the one that leaves."""
        return self.judged.gate.low > 0

    @property
    def used(self) -> float:
        """Worth of the list that leaves."""
        return self.by_effect if self.opened else self.by_risk


def campaign(workspace: Workspace, month: str, held: set[str], *, alike: bool) -> tuple[pd.DataFrame, np.ndarray]:
    """Assign a month's campaign among those who are not held by an earlier one; give its candidates with outcomes."""
    people = everybody(workspace, month, alike=alike)
    names, original = _named(people)
    free = np.flatnonzero([name not in held for name in names])
    columns = ["churn_probability", "value", "churn_reason"]
    rows = people.rows[columns].iloc[original[free]].set_axis(pd.Index(names[free], name="pseudonym"))
    rows = rows.assign(at=free, worth=rows["churn_probability"] * rows["value"])
    ranked = rows.sort_values("worth", ascending=False, kind="stable")
    name = f"R{month}-01"
    found = assign(workspace, ranked, DESIGN, campaign=name, month=month).rows.join(rows)
    u = uniforms(workspace, f"{name} offer", found.index.tolist())
    found = found.join(choose(found["churn_reason"], u, explore_share=DESIGN.offer_explore_share))
    found = found[found["arm"].isin(["listed", "control"])]
    return _observed(people, found.assign(month=month)), people.x[original[found["at"]]]


def _named(people: Everybody) -> tuple[np.ndarray, np.ndarray]:
    """Name every customer by copy and original, and say which original each is."""
    count = len(people.rows)
    original = np.tile(np.arange(count), TIMES)
    copy = np.repeat(np.arange(TIMES), count).astype(str)
    return np.char.add(np.char.add(copy, ":"), people.rows.index.to_numpy(str)[original]), original


def _observed(people: Everybody, rows: pd.DataFrame) -> pd.DataFrame:
    """Look up who was reached, accepted and left."""
    options = {code: 1 + place for place, code in enumerate(OFFERS)}
    option = rows["recommended_offer"].map(options).where(rows["arm"] == "listed", 0).to_numpy(int)
    at = rows["at"].to_numpy()
    seen = {name: fate[at // len(people.rows), at % len(people.rows), option] for name, fate in people.fates.items()}
    return rows.assign(**seen, e=1 - rows["p_control"]).astype({"left": float})


def looped(workspace: Workspace, *, alike: bool) -> Found:
    """Go through twelve campaigns, learn, and hold the next month's lists against the truth."""
    recent: list[set[str]] = []
    parts, known = [], []
    for month in CAMPAIGNS:
        rows, x = campaign(workspace, month, set().union(*recent[-HOLD:]), alike=alike)
        recent.append(set(rows.index))
        parts.append(rows)
        known.append(x)
        print(f"    {month}: {len(rows):,} candidates, {rows['left'].mean():.2%} left", flush=True)
    rows = pd.concat(parts)
    inside = ((rows["p_control"] > 0) & (rows["p_control"] < 1)).to_numpy()
    judged = judge(rows[inside], np.vstack(known)[inside])
    first = {reason: suitable(reason)[0] for reason in rows["churn_reason"].unique()}
    proven = best_offers(rows[inside & (rows["arm"] == "listed").to_numpy()], first)
    offers = {reason: offer for reason, (offer, _) in proven.items()}
    return _held_against_the_truth(workspace, judged, offers, alike=alike)


def _held_against_the_truth(workspace: Workspace, judged: Judged, offers: dict[str, str], *, alike: bool) -> Found:
    people = everybody(workspace, JUDGED, alike=alike)
    rows, reason = people.rows, people.rows["churn_reason"]
    effect = true_effects(workspace, JUDGED, rows, alike=alike)
    value, by_risk = rows["value"].to_numpy(float), (rows["churn_probability"] * rows["value"]).to_numpy(float)

    def kept(made: pd.Series) -> np.ndarray:
        own = effect.to_numpy()[np.arange(len(rows)), effect.columns.get_indexer(made)]
        return -own * value * MONTHS_KEPT / 100 * TIMES

    def list_of(score: np.ndarray, made: pd.Series) -> float:
        return float(kept(made)[np.argsort(-score, kind="stable")[: SIZE // TIMES]].sum())

    catalogue = reason.map(lambda code: suitable(code)[0])
    made = reason.map(lambda code: offers.get(code, suitable(code)[0]))
    by_effect = -effect_of(judged.text, people.x, reason, made, risk_of(rows["churn_probability"])) * value
    lists = (list_of(by_effect, made), list_of(by_risk, made), list_of(by_risk, catalogue), list_of(kept(made), made))
    return Found(judged, offers, *lists)


def told(title: str, found: Found) -> None:
    """Print what a world showed."""
    gate, qini = found.judged.gate, found.judged.ordering.qini
    state = "open" if found.opened else "shut"
    print(f"{title}: gate {gate.value / 100:,.0f} yuan [{gate.low / 100:,.0f}, {gate.high / 100:,.0f}] (99 %), {state}")
    print(f"    Qini {qini.value:.5f} [{qini.low:.5f}, {qini.high:.5f}]; offers proven: {found.offers or 'none'}")
    print(f"    by the truth: list by effect {found.by_effect:,.0f} yuan, by risk with the same offers", end=" ")
    print(
        f"{found.by_risk:,.0f}, by risk with the catalogue's {found.before:,.0f}; the best there is {found.best:,.0f}"
    )
    same, before, left = found.by_effect / found.by_risk, found.by_effect / found.before, found.used / found.by_risk
    print(f"    ratio {same:.2f} with the same offers, {before:.2f} to the catalogue's;", end=" ")
    print(f"the list that leaves is worth {left:.2f} of the one by risk", flush=True)


def main(folder: str = "") -> None:
    """Live the months in a folder and measure; a folder given keeps them for the next time."""
    with tempfile.TemporaryDirectory() as temporary:
        began = time.perf_counter()
        workspace = begun(Path(folder or temporary) / "work")
        print(f"months up to {JUDGED} lived and taken in: {time.perf_counter() - began:.0f} s", flush=True)
        for title, alike in (("the shipped world", False), ("contact does the same to everybody", True)):
            began = time.perf_counter()
            told(title, looped(workspace, alike=alike))
            print(f"    twelve campaigns of {SIZE:,} among 200,000: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
