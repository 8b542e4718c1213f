"""Contact rules (接触规则): who must not or should not be called this month, each exclusion counted under its rule."""

from functools import cache
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from bassboss_lib import months
from bassboss_lib.campaigns.memory import assignments, campaign_months
from bassboss_lib.features import View
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["RULES", "ContactRules", "contact_rules", "excluded_by"]

FILE = Path(__file__).with_name("rules.yaml")
CONTROLS = ("control", "asked")
"""Arms that are compared with the listed; controls of care may be asked how satisfied they are."""

RULES = {
    "do_not_contact": ("免打扰客户", "must not be contacted"),
    "minor": ("未成年人", "minors"),
    "open_complaint": ("有未结投诉", "open complaint"),
    "frequency_cap": ("达到频次上限", "frequency cap reached"),
    "cool_down": ("处于冷却期", "cool-down after an earlier list"),
    "control_hold": ("前期活动的对照", "control of a campaign not yet mature"),
    "plan_change": ("近期变更资费", "recent change of plan"),
}
"""Rule → its title in zh and en, in the order in which they are asked."""


class FrequencyCap(BaseModel):
    """At most ``contacts`` lists within ``months``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contacts: int = Field(ge=1)
    months: int = Field(ge=1)


class ContactRules(BaseModel):
    """The thresholds of the rules (``rules.yaml``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    frequency_cap: FrequencyCap
    cool_down_months: int = Field(ge=0)
    control_hold_months: int = Field(ge=0)
    adult_years: int = Field(ge=0)
    open_complaint_months: int = Field(ge=0)
    plan_change_months: int = Field(ge=0)


@cache
def contact_rules(path: Path = FILE) -> ContactRules:
    """Read the rules; raise `CallError` with file and key if they are wrong."""
    return validated(ContactRules, read_yaml(path), path.name)


def excluded_by(
    view: View, forbidden: pd.Series, rules: ContactRules | None = None, function: str = "retention"
) -> pd.Series:
    """Give the rule that keeps each customer off the list.

    Parameters
    ----------
    view : View
        The month; nothing later is read. Lists of earlier months count, this month's own does not.
    forbidden : Series of bool
        Who stands on the do-not-contact list, indexed by pseudonym; its index names the customers.
    rules : ContactRules, optional
        Left out, the shipped ones.
    function : {"retention", "care"}
        Whose earlier lists count for cap, cool-down and hold.

    Returns
    -------
    Series of str
        Index as ``forbidden``: a name of `RULES`, or empty text where the customer may be called.
    """
    given = rules or contact_rules()
    index = forbidden.index
    applies = {
        "do_not_contact": forbidden.astype(bool),
        "minor": _minors(view, index, given),
        "open_complaint": index.isin(_complaining(view, given)),
        **_earlier_lists(view, index, given, function),
        "plan_change": index.isin(_changed_plan(view, given)),
    }
    found = pd.Series("", index=index)
    for rule in reversed(RULES):
        found = found.mask(pd.Series(applies[rule], index=index), rule)
    return found


def _minors(view: View, index: pd.Index, rules: ContactRules) -> pd.Series:
    born = pd.to_datetime(view.customers().set_index("pseudonym")["birth_date"]).reindex(index)
    last = pd.Timestamp(months.last_day(view.month))
    return born > last - pd.DateOffset(years=rules.adult_years)


def _complaining(view: View, rules: ContactRules) -> set[str]:
    if not rules.open_complaint_months:
        return set()
    filed = view.recent("complaint", rules.open_complaint_months, ["pseudonym", "closed_at"])
    end = pd.Timestamp(months.last_day(view.month)) + pd.Timedelta(days=1)
    closed = pd.to_datetime(filed["closed_at"])
    return set(filed.loc[closed.isna() | (closed >= end), "pseudonym"])


def _earlier_lists(view: View, index: pd.Index, rules: ContactRules, function: str) -> dict[str, pd.Series]:
    """Tell who was listed too often or too lately, and who is still a control."""
    reach = max(rules.frequency_cap.months - 1, rules.cool_down_months, rules.control_hold_months)
    parts = [pd.DataFrame({"pseudonym": [], "arm": [], "back": []}, dtype=object)]
    for month in campaign_months(view.workspace, function):
        back = months.until(month, view.month)
        if 0 < back <= reach:
            parts.append(assignments(view.workspace, month, function)[["pseudonym", "arm"]].assign(back=back))
    known = pd.concat(parts)
    listed, control = known[known["arm"] == "listed"], known[known["arm"].isin(CONTROLS)]
    often = listed.loc[listed["back"] < rules.frequency_cap.months, "pseudonym"].value_counts()
    who = {
        "frequency_cap": often.index[often >= rules.frequency_cap.contacts],
        "cool_down": listed.loc[listed["back"] <= rules.cool_down_months, "pseudonym"],
        "control_hold": control.loc[control["back"] <= rules.control_hold_months, "pseudonym"],
    }
    return {rule: pd.Series(index.isin(found), index=index) for rule, found in who.items()}


def _changed_plan(view: View, rules: ContactRules) -> set[str]:
    if not rules.plan_change_months:
        return set()
    plans = view.recent("customer", rules.plan_change_months + 1, ["pseudonym", "plan_id"])
    return set(plans.groupby("pseudonym")["plan_id"].nunique().loc[lambda count: count > 1].index)
