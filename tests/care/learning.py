"""Six months of learning on the true effects of a world: what the loop would believe, and what its matching gains.

Customers, occasions and eligibility are those of one month; every month of the loop assigns anew with what was learnt,
whoever was cared for rests, and whoever is reached accepts or declines and answers by the truth: a level of their own,
noise, and what the form brings them.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib.boss import read_world
from bassboss_lib.boss.contact import expected
from bassboss_lib.boss.contact.matching import best_matching, gained_per_yuan
from bassboss_lib.boss.contact_terms import ATTITUDES
from bassboss_lib.boss.history import state_of
from bassboss_lib.boss.identity import customer_ids
from bassboss_lib.care.assigning import CareDesign, assign_care, limits_of
from bassboss_lib.care.beliefs import Beliefs, beliefs_of
from bassboss_lib.care.catalogue import Catalogue, catalogue
from bassboss_lib.care.evaluation import KNOWN
from bassboss_lib.care.matching import match
from bassboss_lib.care.people import Candidates, candidates
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace
from tests.care.knowable import knowable_gain

MONTHS, REST = 6, 2


def unhurried() -> Catalogue:
    """Give the shipped catalogue without the weight of what is urgent: satisfaction alone is measured here."""
    return catalogue().model_copy(update={"urgent_weight": 1.0})


@dataclass(frozen=True)
class Truth:
    """What is true of each candidate and form: chances of being reached and of accepting then, and points of both.

    ``taken`` is gained by whoever accepts, ``annoyed`` (below zero, or zero) by whoever is reached.
    """

    reach: np.ndarray
    accept: np.ndarray
    taken: np.ndarray
    annoyed: np.ndarray

    @property
    def gain(self) -> np.ndarray:
        """Points that a task adds on average."""
        return self.reach * (self.accept * self.taken + self.annoyed)

    def of(self, place: np.ndarray, form: np.ndarray) -> "Truth":
        """Give the truth of some tasks."""
        return Truth(*(each[place, form] for each in (self.reach, self.accept, self.taken, self.annoyed)))


@dataclass(frozen=True)
class Learner:
    """The candidates of a month, and what is true of them."""

    workspace: Workspace
    month: str
    known: Catalogue
    given: Candidates
    truth: Truth
    design: CareDesign
    knowable: np.ndarray
    answer: tuple[float, float, float] = field(default=(7.4, 0.9, 0.8))

    @property
    def segments(self) -> list[str]:
        """Segments that the candidates are in."""
        return sorted(self.given.rows["segment_id"].unique())

    def assigned(
        self, beliefs: Beliefs, campaign: str, design: CareDesign, given: Candidates | None = None
    ) -> pd.DataFrame:
        """Assign everybody, or some, by what is believed."""
        who = given or self.given
        return assign_care(self.workspace, who, beliefs, self.known, design, campaign=campaign, month=self.month)

    def learnt(self, seed: int) -> list[Beliefs]:
        """Give the beliefs before, and after each of six months of loop."""
        beliefs, followed = [beliefs_of(self.known, self.segments)], []
        rng, mean, person = np.random.default_rng(seed), self.answer[0], self.answer[1]
        level = mean + rng.normal(0, person, len(self.given.rows))
        rests = np.zeros(len(level), int)
        for step in range(MONTHS):
            campaign = f"K2026{step + 1:02d}-01"
            rows = self.assigned(beliefs[-1], campaign, self.design, only(self.given, rests == 0))
            followed.append(self._answered(rows, campaign, level, rng))
            rests = np.maximum(rests - 1, 0)
            rests[self.given.rows.index.get_indexer(rows.index[rows["arm"] == "listed"])] = REST
            beliefs.append(beliefs_of(self.known, self.segments, followed))
        return beliefs

    def _answered(self, rows: pd.DataFrame, campaign: str, level: np.ndarray, rng: np.random.Generator) -> Followed:
        place = self.given.rows.index.get_indexer(rows.index)
        form = np.array([self.given.forms.index(code) for code in rows["care_form"]])
        true, listed = self.truth.of(place, form), (rows["arm"] == "listed").to_numpy()
        reached = (rng.random(len(rows)) < true.reach) & (listed | (rows["arm"] == "asked"))
        accepts = (rng.random(len(rows)) < true.accept) & reached & listed
        cared = np.where(listed, accepts * true.taken + true.annoyed, 0.0)
        said = np.clip(np.round(level[place] + rng.normal(0, self.answer[2], len(rows)) + cared), 1, 10)
        handled = np.where(accepts, 3, np.where(reached, 2, 1))
        told = rows.assign(handled=handled, reached=reached, satisfaction=np.where(reached, said, np.nan))
        facts = self.given.found.facts.reindex(rows.index)
        for name in KNOWN:
            told[name] = told["earlier"] if name == "earlier" else facts.get(name, pd.Series(0.0, rows.index))
        scores = [name for name in self.given.rows if str(name).startswith("score_")]
        return Followed(campaign, f"2026{campaign[5:7]}", 0, told.join(self.given.rows[scores]), {})

    def per_yuan(self, beliefs: Beliefs) -> float:
        """Give the true gain per yuan of the matching by some beliefs, without exploration and controls."""
        plain = self.design.model_copy(update={"explore_share": 0.0, "control_share": 0.0})
        rows = self.assigned(beliefs, "K202699-01", plain)
        rows = rows[rows["arm"] == "listed"]
        place = self.given.rows.index.get_indexer(rows.index)
        form = [self.given.forms.index(code) for code in rows["care_form"]]
        return float(self.truth.gain[place, form].sum() / rows["cost_fen"].sum() * 100)

    def best(self, gain: np.ndarray | None = None) -> float:
        """Give the true gain per yuan of the best matching, customer by customer, under the same limits.

        The truth's own, or what would be chosen by some other gain, such as what fields tell.
        """
        limits = limits_of(self.known, self.given.forms, self.given.customers, self.design)
        worth = np.where(self.given.suits, self.truth.gain if gain is None else gain, np.nan)
        chosen = match(worth, np.ones(len(worth), int), limits)
        return float((chosen * self.truth.gain).sum() / (chosen @ limits.cost).sum() * 100)

    def beyond_channels(self) -> float:
        """Give that of the stand-in's own reference, which knows budget and forms, but no capacity of channels."""
        gains = {f"satisfaction_{code}": np.where(self.given.suits[:, at], self.truth.gain[:, at], 0.0)
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
        return float(self.truth.gain[taken, form[taken]].sum() / spent * 100)


def learner(workspace: Workspace, month: str, budget_fen: int) -> Learner:
    """Prepare a learner from what the world knows of a month."""
    known = unhurried()
    given = candidates(workspace, month, known)
    world, state = read_world(), state_of(workspace, month)
    names = Vault(workspace).identities(month).select(["pseudonym", "customer_id"]).to_pandas()
    serials = pd.Series(np.arange(len(state)), customer_ids(state.people["serial"]))
    at = names.set_index("pseudonym")["customer_id"].map(serials).reindex(given.rows.index)
    there = at.notna().to_numpy() & state.active[at.fillna(0).astype(int)]
    given, at = only(given, there), at[there].to_numpy(int)
    terms, people = world.contact, {name: column[at] for name, column in state.people.items()}
    dog, forms = people["attitude"] == ATTITUDES.index("sleeping_dog"), [terms.care.forms[code] for code in given.forms]
    chances = [[each[at] for each in expected.chances(world, state, code)] for code in given.forms]
    taken = [form.satisfaction * np.array(form.fit)[people["latent_type"]] * ~dog for form in forms]
    truth = Truth(
        np.column_stack([reach for reach, _ in chances]),
        np.column_stack([accept for _, accept in chances]),
        np.column_stack(taken),
        np.column_stack([terms.satisfaction.sleeping_dog * form.loud * dog for form in forms]),
    )
    segment = np.unique(given.rows["segment_id"], return_inverse=True)[1]
    knowable = truth.reach * knowable_gain(world, people, segment, given.forms)
    said = terms.satisfaction
    design = CareDesign(size=len(given.rows), budget_fen=budget_fen, explore_share=0.2, universal_share=0.0)
    return Learner(workspace, month, known, given, truth, design, knowable, (said.mean, said.person, said.answer))


def only(given: Candidates, wanted: np.ndarray) -> Candidates:
    """Give some of the candidates."""
    return replace(given, rows=given.rows[wanted], suits=given.suits[wanted], urgent=given.urgent[wanted])
