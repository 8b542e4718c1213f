"""What the effect model is worth at size: ``python -m tests.benchmarks.bench_effect [FOLDER]``.

Two hundred thousand customers, twelve campaigns with 20 % exploration and 20 % controls, then the list of the month
after: ordered by learnt effect, and by risk times value, both with the same offers, held against the true effects. It
is done twice: in the shipped world, and in one where contact does the same to everybody.
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
from bassboss_lib.learning.uplift import effect_of
from bassboss_lib.retention.effect_store import Judged
from bassboss_lib.retention.uplift import judge, risk_of
from bassboss_lib.workspace import Workspace
from tests.benchmarks.effect_world import CAMPAIGNS, JUDGED, OFFERS, TIMES, Everybody, begun, everybody, true_effects

SIZE = 20_000
DESIGN = Design(size=SIZE, control_share=0.2, explore_share=0.2)
HOLD = 3


@dataclass(frozen=True)
class Found:
    """What a world showed: the gate, and what lists are worth by the truth, yuan over the months kept."""

    judged: Judged
    by_effect: float
    by_risk: float
    used: float
    best: float

    @property
    def ratio(self) -> float:
        """True incremental value of the list by effect over that of the list by risk."""
        return self.by_effect / self.by_risk


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
    """Look up who left, and give each row its probabilities."""
    options = {code: 1 + place for place, code in enumerate(OFFERS)}
    option = rows["recommended_offer"].map(options).where(rows["arm"] == "listed", 0).to_numpy(int)
    left = people.left[rows["at"] // len(people.rows), rows["at"] % len(people.rows), option]
    e = 1 - rows["p_control"]
    chance = (rows["p_listed"] / ((1 - DESIGN.universal_share) * e)).clip(upper=1.0)
    return rows.assign(left=left.astype(float), e=e, stands_for=1 / chance)


def looped(workspace: Workspace, *, alike: bool) -> Found:
    """Go through twelve campaigns, learn, and hold the next month's lists against the truth."""
    recent: list[set[str]] = []
    parts, known = [], []
    for month in CAMPAIGNS:
        rows, x = campaign(workspace, month, set().union(*recent[-HOLD:]), alike=alike)
        recent.append(set(rows.index))
        parts.append(rows)
        known.append(x)
    rows = pd.concat(parts)
    rows = rows[(rows["p_control"] > 0) & (rows["p_control"] < 1)]
    judged = judge(rows, np.vstack(known))
    first = {reason: suitable(reason)[0] for reason in rows["churn_reason"].unique()}
    listed = rows[rows["arm"] == "listed"]
    offers = {reason: offer for reason, (offer, _) in best_offers(listed, first).items()}
    return _held_against_the_truth(workspace, judged, first | offers, alike=alike)


def _held_against_the_truth(workspace: Workspace, judged: Judged, offers: dict[str, str], *, alike: bool) -> Found:
    people = everybody(workspace, JUDGED, alike=alike)
    rows = people.rows
    effect = true_effects(workspace, JUDGED, rows, alike=alike)
    made = rows["churn_reason"].map(lambda reason: offers.get(reason, suitable(reason)[0]))
    own = effect.to_numpy()[np.arange(len(rows)), [effect.columns.get_loc(code) for code in made]]
    value = rows["value"].to_numpy(float)
    worth = -own * value * MONTHS_KEPT / 100 * TIMES
    places = SIZE // TIMES

    def list_of(score: np.ndarray) -> float:
        return float(worth[np.argsort(-score, kind="stable")[:places]].sum())

    by_risk = rows["churn_probability"].to_numpy() * value
    by_effect = -effect_of(judged.text, people.x) * risk_of(rows["churn_probability"]) * value
    opened = judged.gate.low > 0
    both = [list_of(one) for one in (by_effect, by_risk)]
    return Found(judged, *both, both[0] if opened else both[1], list_of(worth))


def told(title: str, found: Found) -> None:
    """Print what a world showed."""
    gate, qini = found.judged.gate, found.judged.ordering.qini
    state = "open" if gate.low > 0 else "shut"
    print(f"{title}: gate {gate.value / 100:,.0f} yuan [{gate.low / 100:,.0f}, {gate.high / 100:,.0f}] (99 %), {state}")
    print(f"    Qini {qini.value:.5f} [{qini.low:.5f}, {qini.high:.5f}]")
    print(f"    by the truth: list by effect {found.by_effect:,.0f} yuan, by risk {found.by_risk:,.0f}")
    print(f"    ratio {found.ratio:.2f}; used {found.used:,.0f} yuan; the best there is {found.best:,.0f}", flush=True)


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
