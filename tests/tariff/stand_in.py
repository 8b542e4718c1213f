"""Surveys of the stand-in BOSS's customers, whose answers and deeds are potential outcomes: lived once, asked often.

Six plans are rehearsed for everybody. A survey draws its sample as the library does; who is reached and answers, what
is said and what would be done come from the stand-in. Copies are other worlds of the same customers.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from bassboss_lib import boss, flow
from bassboss_lib.boss import read_world
from bassboss_lib.boss.contact.potential import potential_outcomes
from bassboss_lib.boss.history import state_of
from bassboss_lib.features import View
from bassboss_lib.rating import Plan
from bassboss_lib.segments import assigned, segment, write_segments
from bassboss_lib.tariff.estimate import Band, weighted_mean
from bassboss_lib.tariff.forecast import DRAWS, Weighted, forecast, weigh
from bassboss_lib.tariff.intent import fit_intent
from bassboss_lib.tariff.plan_words import plan_words
from bassboss_lib.tariff.prepare import Prepared, prepare
from bassboss_lib.tariff.rehearsal import Rehearsal, rehearse
from bassboss_lib.tariff.scenarios import INERTIA, fit_history, logit_probabilities
from bassboss_lib.tariff.survey import draw_survey, survey_frame
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.workspace import Workspace, open_workspace

MONTHS, CUSTOMERS = ("202508", "202509", "202510"), 6_000
DESIGNS = ((48, 12, 60), (68, 12, 60), (58, 5, 200), (38, 5, 30), (88, 30, 300), (78, 20, 100))
"""Fee in yuan, GB, minutes of the plans asked about."""
DEFAULT = {"size": 300, "half_width": 0.03, "response_rate": 0.5, "target_weight": 0.5, "control": 150, "by": "segment"}
"""As notebook 31 draws."""


@dataclass(frozen=True)
class Asked:
    """One survey: its frame, the weighted answers, what was said, done and would be saved; and what is true."""

    frame: pd.DataFrame
    given: Weighted
    stated: np.ndarray
    deeds: np.ndarray
    saving: np.ndarray
    truth: dict[str, float]

    def by_deeds(self) -> dict[str, Band]:
        """Forecast from what those who answered do: the survey's statistics alone."""
        return forecast(self.frame, self.given, self.deeds, np.tile(self.deeds, (2, 1)))

    def by_words(self, past: "Asked | None", seed: int) -> dict[str, Band]:
        """Forecast from what they say, after one launch (or before any), as a page does."""
        known = fit_intent(past.stated, past.deeds, past.saving) if past else fit_intent([], [])
        likely = known.probability(self.stated, self.saving)
        truths = known.draws(self.stated, DRAWS, seed, self.saving)
        return forecast(self.frame, self.given, likely, truths)

    def naive(self) -> dict[str, float]:
        """Give the take-up as stated, unweighted and by design weights."""
        ones = np.ones(len(self.stated))
        plain = weighted_mean(self.stated / 10, ones, ones, len(self.frame)).value
        design = weighted_mean(self.stated / 10, self.given.design, self.given.kept["stratum"], len(self.frame)).value
        return {"naive": plain, "unadjusted": design}


class StandIn:
    """A stand-in operator of three months, its customers rehearsed on six plans."""

    def __init__(self, root: Path) -> None:
        self.workspace: Workspace = open_workspace(root, "2025-11-03T08:00")
        create_key(self.workspace, b"tests")
        for month in MONTHS:
            boss.deliver(self.workspace, month, customers=CUSTOMERS)
        flow.ingest(self.workspace)
        self.world, self.state = read_world(), state_of(self.workspace, MONTHS[-1])
        month = View(self.workspace, MONTHS[-1])
        write_segments(month, segment(month))
        self.segment = assigned(month)["segment_no"]
        self.lived: dict[tuple[int, int], tuple[dict[str, np.ndarray], dict[str, np.ndarray]]] = {}

    @cached_property
    def prepared(self) -> Prepared:
        """Material and the shipped example."""
        return prepare(self.workspace, MONTHS[-1], "", months_back=3, candidates="", parity_min=0.9)

    @cached_property
    def plans(self) -> list[Plan]:
        """The plans asked about, open to every brand."""
        base = self.prepared.candidates[0].model_dump(mode="json", by_alias=True, exclude_unset=True)
        voice = base["allowances"][1]["of"]
        return [
            Plan.model_validate(
                base
                | {"id": f"N{place}", "brand": "", "fee": {"amount": f"{fee}.00", "period": "month"}}
                | {
                    "allowances": [
                        {"id": "gb", "units": f"{data}GB", "of": ["d.dom"]},
                        {"id": "min", "units": f"{minutes}min", "of": voice},
                    ]
                }
            )
            for place, (fee, data, minutes) in enumerate(DESIGNS)
        ]

    @cached_property
    def said(self) -> Rehearsal:
        """The rehearsal of all plans."""
        return rehearse(self.prepared.material, self.plans)

    @cached_property
    def ids(self) -> pd.Index:
        """Pseudonyms of the customers in network, in the order of potential outcomes."""
        first = potential_outcomes(self.world, self.state, ["survey"])
        return pd.Index(Vault(self.workspace).pseudonyms(first.customer_id.tolist()).to_pylist())

    @cached_property
    def frames(self) -> list[pd.DataFrame]:
        """For each plan everybody who may be asked and lives on, with predictions."""
        shares = logit_probabilities(self.said, fit_history(self.said), inertia=INERTIA)
        made = [survey_frame(self.workspace, self.said, plan.id, shares)[0] for plan in self.plans]
        lasting = [frame[frame["pseudonym"].isin(self.ids)].reset_index(drop=True) for frame in made]
        return [frame.assign(segment=frame["pseudonym"].map(self.segment)) for frame in lasting]

    def outcomes(self, place: int, copy: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Give what customers would say and do about a plan, and what a call does, in one world of theirs."""
        if (place, copy) not in self.lived:
            words = plan_words(self.prepared.material.catalogue.header, self.plans[place])
            one = potential_outcomes(self.world, self.state, ["survey"], (self.plans[place].id, words), copy)
            self.lived[place, copy] = (dict(one.asked), dict(one.columns))
        return self.lived[place, copy]

    def ask(self, place: int, copy: int, seed: int, **changes: float | str) -> Asked:
        """Draw a survey about a plan and let those reached answer."""
        frame, sample, _ = draw_survey(self.frames[place], f"S{seed}", **(DEFAULT | changes))  # type: ignore[arg-type]
        drawn = sample.asked.merge(frame.drop(columns="stratum"), on="pseudonym", how="left", validate="1:1")
        asked, columns = self.outcomes(place, copy)
        at, everybody = (self.ids.get_indexer(one["pseudonym"]) for one in (drawn, frame))
        replied = columns["reached"][at, 1] & (asked["response"][at] >= 0)
        deeds, given = asked["takes"].astype(float), weigh(frame, drawn, replied)
        truth = {"take_up": float(deeds[everybody].mean())}
        truth["revenue_change_fen"] = float(deeds[everybody] @ frame["change_fen"])
        saving = -given.kept["change_fen"].to_numpy() / 100
        stated = asked["response"][at][replied].astype(float)
        return Asked(frame, given, stated, deeds[at][replied], saving, truth)

    def woken(self, copy: int, seed: int, size: int) -> tuple[np.ndarray, np.ndarray, float]:
        """Draw who is called and who is the control; give who left of each, and the true effect on everybody."""
        left = self.outcomes(0, copy)[1]["left_month"] > 0
        order = np.random.default_rng(seed).permutation(len(left))
        called, control = order[:size], order[size : 2 * size]
        effect = float(left[:, 1].mean() - left[:, 0].mean())
        return left[called, 1].astype(float), left[control, 0].astype(float), effect
