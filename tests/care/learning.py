"""Six months of learning on the true effects of a world: what the loop would believe, and what its matching gains.

Customers, occasions and eligibility are those of one month; every month of the loop assigns anew with what was learnt,
and whoever is reached answers by the truth: a level of their own, noise, and the form's true gain.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib.boss.contact.matching import best_matching, gained_per_yuan
from bassboss_lib.care.assigning import CareDesign, assign_care
from bassboss_lib.care.beliefs import beliefs_of
from bassboss_lib.care.catalogue import Catalogue, catalogue
from bassboss_lib.care.evaluation import KNOWN, cells, worked
from bassboss_lib.care.people import Candidates, candidates
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

MONTHS, NOISE, LEVEL = 6, 1.2, 7.4


def unhurried() -> Catalogue:
    """Give the shipped catalogue without the weight of what is urgent: satisfaction alone is measured here."""
    return catalogue().model_copy(update={"urgent_weight": 1.0})


@dataclass(frozen=True)
class Learner:
    """The candidates of a month, and the true gain of a task with each form for each of them, points."""

    workspace: Workspace
    month: str
    known: Catalogue
    given: Candidates
    gain: np.ndarray
    reach: np.ndarray
    design: CareDesign

    @property
    def segments(self) -> list[str]:
        """Segments that the candidates are in."""
        return sorted(self.given.rows["segment_id"].unique())

    def assigned(self, beliefs: pd.DataFrame, campaign: str, design: CareDesign) -> pd.DataFrame:
        """Assign everybody by what is believed."""
        return assign_care(self.workspace, self.given, beliefs, self.known, design, campaign=campaign, month=self.month)

    def learnt(self, seed: int) -> pd.DataFrame:
        """Give the beliefs after six months of loop."""
        beliefs, followed = beliefs_of(self.known, self.segments), []
        rng = np.random.default_rng(seed)
        for step in range(MONTHS):
            campaign = f"K2026{step + 1:02d}-01"
            followed.append(self._answered(self.assigned(beliefs, campaign, self.design), campaign, rng))
            beliefs = beliefs_of(self.known, self.segments, cells(followed), worked(followed))
        return beliefs

    def _answered(self, rows: pd.DataFrame, campaign: str, rng: np.random.Generator) -> Followed:
        rows = rows[rows["arm"] != "universal"]
        place = self.given.rows.index.get_indexer(rows.index)
        form = np.array([self.given.forms.index(code) for code in rows["care_form"]])
        reach = self.reach[place]
        cared = np.where(rows["arm"] == "listed", self.gain[place, form] / reach, 0.0)
        said = np.clip(np.round(LEVEL + rng.normal(0, NOISE, len(rows)) + cared), 1, 10)
        reached = (rng.random(len(rows)) < reach) & rows["arm"].isin(["listed", "asked"]).to_numpy()
        told = rows.assign(
            handled=np.where(reached, 3, 1), reached=reached, satisfaction=np.where(reached, said, np.nan)
        )
        facts = self.given.found.facts.reindex(rows.index)
        for name in KNOWN:
            told[name] = told["earlier"] if name == "earlier" else facts.get(name, pd.Series(0.0, rows.index))
        return Followed(campaign, self.month, 0, told, {})

    def per_yuan(self, beliefs: pd.DataFrame) -> float:
        """Give the true gain per yuan of the matching by some beliefs, without exploration and controls."""
        plain = self.design.model_copy(update={"explore_share": 0.0, "control_share": 0.0})
        rows = self.assigned(beliefs, "K202699-01", plain)
        rows = rows[rows["arm"] == "listed"]
        place = self.given.rows.index.get_indexer(rows.index)
        form = [self.given.forms.index(code) for code in rows["care_form"]]
        return float(self.gain[place, form].sum() / rows["cost_fen"].sum() * 100)

    def best(self) -> float:
        """Give the gain per yuan of the truth's best matching under the same budget and capacities."""
        gains = {f"satisfaction_{code}": np.where(self.given.suits[:, at], self.gain[:, at], 0.0)
                 for at, code in enumerate(self.given.forms)}  # fmt: skip
        effects = pa.table({"customer_id": self.given.rows.index.to_numpy(), **gains})
        cost = {code: self.known.forms[code].cost_fen for code in self.given.forms}
        capacity = self.known.capacities(self.given.customers)
        return gained_per_yuan(best_matching(effects, cost, self.design.budget_fen, capacity))

    def random(self, seed: int = 3) -> float:
        """Give the gain per yuan of giving suitable forms at random until the budget is spent."""
        rng = np.random.default_rng(seed)
        weight = rng.random(self.given.suits.shape) * self.given.suits
        form, order = weight.argmax(axis=1), rng.permutation(len(weight))
        cost = np.array([self.known.forms[code].cost_fen for code in self.given.forms])[form[order]]
        taken = order[np.cumsum(cost) <= self.design.budget_fen]
        spent = float(np.cumsum(cost)[np.cumsum(cost) <= self.design.budget_fen][-1])
        return float(self.gain[taken, form[taken]].sum() / spent * 100)


def learner(workspace: Workspace, month: str, effects: pd.DataFrame, budget_fen: int) -> Learner:
    """Prepare a learner: ``effects`` as the truth tells them, a row per customer in clear."""
    known = unhurried()
    given = candidates(workspace, month, known)
    names = Vault(workspace).identities(month).select(["pseudonym", "customer_id"]).to_pandas()
    told = effects.merge(names, on="customer_id").set_index("pseudonym")
    given = _only(given, np.asarray(given.rows.index.isin(told.index), bool))
    told = told.reindex(given.rows.index)
    gain = told[[f"satisfaction_{code}" for code in given.forms]].to_numpy(float)
    design = CareDesign(size=len(given.rows), budget_fen=budget_fen, explore_share=0.2, universal_share=0.0)
    return Learner(workspace, month, known, given, gain, told["reach"].to_numpy(float), design)


def _only(given: Candidates, wanted: np.ndarray) -> Candidates:
    return replace(given, rows=given.rows[wanted], suits=given.suits[wanted], urgent=given.urgent[wanted])
