"""Who may be cared for this month, and with which forms: contact rules, occasions, eligibility, cool-downs.

Retention goes first: whoever is on its list, or a control of it, is left alone, so that neither campaign's effect is
mixed with the other's. After a care customers rest, unless something urgent happened.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bassboss_lib import months
from bassboss_lib.campaigns import (
    ContactRules,
    assigned_before,
    assignments,
    campaign_months,
    contact_rules,
    excluded_by,
)
from bassboss_lib.care.catalogue import Catalogue
from bassboss_lib.care.occasions import Occasions, occasions
from bassboss_lib.care.traits import trait_scores
from bassboss_lib.features import View
from bassboss_lib.segments import OUTLIERS, assigned, value_block
from bassboss_lib.warehouse.do_not_contact import do_not_contact
from bassboss_lib.workspace import Workspace

__all__ = ["EXCLUDED", "PURPOSE", "Candidates", "candidates"]

PURPOSE = "marketing"
FATIGUE_MONTHS, FATIGUE_MOST = 6, 3
"""Earlier cares that tire a customer are those of so many months; more than so many count as so many."""
EXCLUDED = (
    "do_not_contact",
    "minor",
    "retention_campaign",
    "frequency_cap",
    "cool_down",
    "control_hold",
    "other_list",
    "no_form",
)


@dataclass(frozen=True)
class Candidates:
    """Who may be cared for, and how.

    Parameters
    ----------
    rows : DataFrame
        One row per customer that some form suits, ordered and indexed by pseudonym: the value block, ``segment_id``,
        ``segment_traits``, ``earlier`` (cares of the last months, at most three), scores of traits.
    suits : ndarray of bool
        A row per customer, a column per form of ``forms``.
    urgent : ndarray of bool
        Shape as ``suits``: where the form answers something urgent.
    forms : tuple of str
        Forms of the season.
    found : Occasions
        Of everybody in network.
    excluded : dict
        Reason → customers in network who are left out.
    """

    rows: pd.DataFrame
    suits: np.ndarray
    urgent: np.ndarray
    forms: tuple[str, ...]
    found: Occasions
    excluded: dict[str, int]

    @property
    def customers(self) -> int:
        """Customers in network."""
        return len(self.found.holds)


def candidates(
    workspace: Workspace, month: str, known: Catalogue, *, campaign: str = "", urgent_only: bool = False
) -> Candidates:
    """Gather the candidates of a month.

    Parameters
    ----------
    campaign : str
        Whoever another campaign of the month assigned before this one is left to it; empty: nobody is.
    urgent_only : bool
        Only what is urgent counts, as for a list on demand.

    Raises
    ------
    InputRefused
        If a unit of the month was not delivered.
    """
    view = View(workspace, month)
    values = value_block(view)
    found = occasions(view, values, known)
    holds = found.holds
    forbidden = pd.Series(holds.index.isin(do_not_contact(workspace, PURPOSE).pseudonyms.to_pylist()), holds.index)
    earlier = _earlier(workspace, month)
    forms = tuple(known.in_season(int(months.add(month, 1)[4:])))
    suits = _suits(known, forms, found, earlier)
    urgent = suits & _urgent_now(known, forms, holds)
    rule = _rules(view, forbidden, known)
    taken = holds.index.isin(assigned_before(workspace, month, campaign) if campaign else set())
    rule = rule.mask(taken & rule.isin(["", "cool_down"]).to_numpy(), "other_list")
    resting = np.asarray(rule == "cool_down", bool)
    suits &= ~resting[:, None] | urgent
    if urgent_only:
        suits &= urgent
    may = np.asarray(suits.any(axis=1), bool)
    rule = rule.mask(resting & may, "")
    rule = rule.mask(np.asarray(rule == "", bool) & ~may, "no_form")
    kept = (rule == "").to_numpy()
    counts = rule[~kept].value_counts()
    rows = values.reindex(holds.index)
    who = assigned(view).reindex(holds.index)
    rows["segment_id"], rows["segment_traits"] = who["segment_no"].fillna(OUTLIERS), who["traits_zh"].fillna("")
    recent = earlier[earlier["back"] <= FATIGUE_MONTHS]["pseudonym"].value_counts()
    rows = rows.join(trait_scores(found.facts))
    rows["earlier"] = recent.reindex(holds.index).fillna(0).clip(upper=FATIGUE_MOST).astype("int64")
    excluded = {name: int(counts.get(name, 0)) for name in EXCLUDED}
    return Candidates(rows[kept], suits[kept], (suits & urgent)[kept], forms, found, excluded)


def _rules(view: View, forbidden: pd.Series, known: Catalogue) -> pd.Series:
    rules = ContactRules.model_validate(
        {
            "frequency_cap": {"contacts": known.contacts_max, "months": 12},
            "cool_down_months": known.rest_months,
            "control_hold_months": known.rest_months,
            "adult_years": contact_rules().adult_years,
            "open_complaint_months": 0,
            "plan_change_months": 0,
        }
    )
    rule = excluded_by(view, forbidden, rules, "care")
    busy = forbidden.index.isin(_in_retention(view, known.rest_months))
    return rule.mask(busy & ~rule.isin(["do_not_contact", "minor"]), "retention_campaign")


def _in_retention(view: View, back: int) -> set[str]:
    """Give who is on the retention list of this month or still followed by it, listed or control."""
    found: set[str] = set()
    for month in campaign_months(view.workspace):
        if 0 <= months.until(month, view.month) <= back:
            rows = assignments(view.workspace, month)
            found |= set(rows.loc[rows["arm"].isin(["listed", "control"]), "pseudonym"])
    return found


def _earlier(workspace: Workspace, month: str) -> pd.DataFrame:
    """Give who was listed for which form how many months ago."""
    parts = [pd.DataFrame({"pseudonym": [], "care_form": [], "back": []}, dtype=object)]
    for one in campaign_months(workspace, "care"):
        back = months.until(one, month)
        if 0 < back <= 24:
            rows = assignments(workspace, one, "care")
            parts.append(rows.loc[rows["arm"] == "listed", ["pseudonym", "care_form"]].assign(back=back))
    return pd.concat(parts, ignore_index=True)


def _suits(known: Catalogue, forms: tuple[str, ...], found: Occasions, earlier: pd.DataFrame) -> np.ndarray:
    """Tell which forms suit whom: an occasion that it answers, eligibility, and not within its own cool-down."""
    facts, holds = found.facts, found.holds
    columns = []
    for code in forms:
        form = known.forms[code]
        own = holds[list(form.occasions)].to_numpy().any(axis=1)
        own &= (facts["tenure_months"] >= form.eligible.tenure_months_min).to_numpy()
        own &= (facts["arpu_fen"].fillna(0) >= form.eligible.arpu_fen_min).to_numpy()
        own &= (facts["age_years"].fillna(99) >= form.eligible.age_years_min).to_numpy()
        lately = earlier[(earlier["care_form"] == code) & (earlier["back"] <= form.cooldown_months)]
        columns.append(own & ~holds.index.isin(lately["pseudonym"]))
    return np.column_stack(columns) if columns else np.zeros((len(holds), 0), bool)


def _urgent_now(known: Catalogue, forms: tuple[str, ...], holds: pd.DataFrame) -> np.ndarray:
    """Tell for whom a form answers something urgent."""
    columns = []
    for code in forms:
        names = [name for name in known.forms[code].occasions if known.occasions[name].urgent]
        columns.append(holds[names].to_numpy().any(axis=1) if names else np.zeros(len(holds), bool))
    return np.column_stack(columns) if columns else np.zeros((len(holds), 0), bool)
