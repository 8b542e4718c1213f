from collections.abc import Callable
from datetime import date, datetime

import pandas as pd

from bassboss_lib.campaigns import RULES, contact_rules, excluded_by, remember_assignments
from bassboss_lib.features import View
from bassboss_lib.workspace import Workspace
from tests.conftest import customer

Put = Callable[..., None]
MONTH = "202610"


def listed(workspace: Workspace, month: str, arms: dict[str, str]) -> None:
    index = pd.Index(list(arms), name="pseudonym")
    rows = pd.DataFrame({"arm": list(arms.values()), "p_listed": 0.8}, index=index)
    remember_assignments(workspace, month, f"R{month}-01", rows)


def judged(workspace: Workspace, put: Put, *rows: dict, forbidden: tuple[str, ...] = ()) -> dict[str, str]:
    for month in ("202609", MONTH):
        put("customer", month, list(rows))
    put("complaint", MONTH, [{"pseudonym": "z", "closed_at": datetime(2026, 10, 9)}])
    names = pd.Index([row["pseudonym"] for row in rows], name="pseudonym")
    found = excluded_by(View(workspace, MONTH), pd.Series(names.isin(forbidden), index=names))
    return {str(name): rule for name, rule in found.items() if rule}


def test_each_customer_is_counted_under_the_first_rule_that_applies(workspace: Workspace, put: Put) -> None:
    young = {"birth_date": date(2010, 1, 1)}
    found = judged(workspace, put, customer("a", **young), customer("b", **young), customer("c"), forbidden=("a",))
    assert found == {"a": "do_not_contact", "b": "minor"}


def test_an_adult_is_an_adult_on_the_birthday(workspace: Workspace, put: Put) -> None:
    rows = [customer("a", birth_date=date(2008, 10, 31)), customer("b", birth_date=date(2008, 11, 1))]
    assert judged(workspace, put, *rows) == {"b": "minor"}


def test_an_open_complaint_keeps_a_customer_off_the_list(workspace: Workspace, put: Put) -> None:
    for month in ("202609", MONTH):
        put("customer", month, [customer("a"), customer("b"), customer("c")])
    filed = {"a": None, "b": datetime(2026, 10, 9), "c": datetime(2026, 11, 2)}
    put("complaint", MONTH, [{"pseudonym": name, "closed_at": when} for name, when in filed.items()])
    names = pd.Index(list("abc"), name="pseudonym")
    found = excluded_by(View(workspace, MONTH), pd.Series(False, index=names))
    assert found.to_dict() == {"a": "open_complaint", "b": "", "c": "open_complaint"}


def test_a_change_of_plan_last_month_is_left_to_settle(workspace: Workspace, put: Put) -> None:
    put("customer", "202609", [customer("a", plan_id="P0"), customer("b")])
    put("customer", MONTH, [customer("a"), customer("b")])
    put("complaint", MONTH, [{"pseudonym": "z", "closed_at": datetime(2026, 10, 9)}])
    names = pd.Index(["a", "b"], name="pseudonym")
    assert excluded_by(View(workspace, MONTH), pd.Series(False, index=names)).to_dict() == {"a": "plan_change", "b": ""}


def test_earlier_lists_cool_down_and_their_controls_are_held(workspace: Workspace, put: Put) -> None:
    rules = contact_rules()
    listed(workspace, "202609", {"a": "listed", "b": "control", "c": "waiting"})
    listed(workspace, "202607", {"d": "listed"})
    people = [customer(name) for name in "abcd"]
    assert judged(workspace, put, *people) == {"a": "cool_down", "b": "control_hold"}
    assert rules.cool_down_months == 2


def test_the_frequency_cap_counts_a_year(workspace: Workspace, put: Put) -> None:
    for month in ("202511", "202512", "202603", "202607"):
        listed(workspace, month, {"a": "listed", "b": "listed" if month != "202603" else "waiting"})
    listed(workspace, "202510", {"b": "listed"})
    assert judged(workspace, put, customer("a"), customer("b")) == {"a": "frequency_cap"}


def test_this_months_own_list_does_not_exclude_its_customers(workspace: Workspace, put: Put) -> None:
    listed(workspace, MONTH, {"a": "listed"})
    assert judged(workspace, put, customer("a")) == {}


def test_every_rule_has_titles() -> None:
    assert all(zh and en for zh, en in RULES.values())
