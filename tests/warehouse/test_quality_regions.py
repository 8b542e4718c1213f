"""Regions held against one another, and the rules of feedback and of the daily list, on literal rows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.engine import Engine
from bassboss_lib.warehouse import quality
from bassboss_lib.warehouse.quality_figures import figures_of
from bassboss_lib.warehouse.quality_regions import SIGMAS_MAX, oddest, rows_changed, shares_apart
from bassboss_lib.warehouse.quality_rules import rules
from bassboss_lib.warehouse.quality_tables import parts, tables_of
from bassboss_lib.workspace import Workspace
from tests.conftest import customer

Put = Callable[..., None]
SHIPPED = {rule.id: rule for rule in rules()}
ROWS = [1000] * 6


def test_a_region_apart_from_the_others_is_found_whatever_their_spread() -> None:
    assert shares_apart(ROWS, [50, 52, 49, 51, 50, 48]) < 1
    assert shares_apart(ROWS, [50, 52, 49, 51, 50, 95]) > 3
    assert shares_apart(ROWS, [50, 60, 40, 55, 45, 70]) < 3
    assert shares_apart(ROWS, [0] * 5 + [1000]) == SIGMAS_MAX


def test_few_rows_and_few_regions_say_nothing() -> None:
    assert shares_apart([30] * 4, [1, 2, 3, 30]) is None
    assert shares_apart([30] * 4 + [29], [1] * 4 + [29]) is None
    assert rows_changed([30] * 4, [30] * 4) is None
    assert shares_apart([30] * 5, [3, 2, 4, 3, 8]) < 3
    assert shares_apart([40] * 24, [0, 1, 2] * 7 + [1, 0, 4]) < 2


def test_shares_without_any_difference_are_nothing_apart() -> None:
    assert shares_apart(ROWS, [0] * 6) == 0
    assert oddest([1.0] * 5 + [2.0], [0.0] * 6) == SIGMAS_MAX


def test_rows_of_a_region_that_went_missing_are_found() -> None:
    assert rows_changed([1010, 2030, 980, 1500, 760, 990], [1000, 2000, 1000, 1490, 750, 1000]) < 2
    assert rows_changed([1010, 2030, 980, 1500, 760, 500], [1000, 2000, 1000, 1490, 750, 1000]) > 3
    assert rows_changed([1010, 2030, 980, 1500, 760, 0], [1000, 2000, 1000, 1490, 750, 1000]) > 5


@given(st.lists(st.tuples(st.integers(30, 5000), st.floats(0, 1)), min_size=5, max_size=12), st.randoms())
def test_the_order_of_regions_says_nothing(regions: list[tuple[int, float]], chance: object) -> None:
    pairs = [(rows, round(rows * share)) for rows, share in regions]
    shuffled = list(pairs)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    ours, theirs = (shares_apart([rows for rows, _ in one], [hits for _, hits in one]) for one in (pairs, shuffled))
    assert ours is not None
    assert theirs == pytest.approx(ours, rel=1e-6, abs=1e-6)
    assert 0 <= ours <= SIGMAS_MAX


def people(count: int, suspended: dict[str, int]) -> list[dict]:
    """Give ``count`` customers in each of six regions, some of them suspended."""
    return [
        customer(f"{region}{n:03d}", region=region, status="1031" if n < suspended.get(region, 3) else "1010")
        for region in "ABCDEF"
        for n in range(count)
    ]


def figure(workspace: Workspace, rule: str, month: str = "202610") -> float | None:
    with Engine(workspace.warehouse) as engine:
        both = [figures_of(tables_of(workspace, engine, month, rows), [SHIPPED[rule]])[rule] for rows in (0, 1_000_000)]
    assert both[0] == both[1]
    return both[0]


def test_the_rules_across_regions_read_the_warehouse(workspace: Workspace, put: Put) -> None:
    put("customer", "202610", [*people(60, {}), customer("x", region=None)])
    assert figure(workspace, "Q094") == 0
    assert figure(workspace, "Q092") is None
    put("customer", "202609", people(60, {}))
    assert figure(workspace, "Q092") == 0
    put("customer", "202610", people(60, {"D": 30}))
    assert figure(workspace, "Q094") > 3
    put("customer", "202609", [*people(60, {}), *[customer(f"y{n}", region="G") for n in range(40)]])
    assert figure(workspace, "Q092") == SIGMAS_MAX


ANSWER = {"campaign_id": "R1", "analysis_month": "202610", "pseudonym": "a", "number_pseudonym": "n", "offer": "P1"}
ANSWER |= {"handled": "3", "handled_on": date(2026, 10, 5), "opinion": "贵", "active_3m": None, "feedback_no": 1}
CALLED = {"campaign_id": "T1", "survey_id": "S1", "pseudonym": "a", "number_pseudonym": "n", "reached": "1"}
CALLED |= {"response": 7, "suggestion": None, "called_at": datetime(2026, 10, 5, 9), "feedback_no": 1}


def failed(workspace: Workspace) -> set[str]:
    judged = quality.check(workspace, "202610")
    return set(judged.loc[judged["verdict"] == "fail", "rule"])


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"handled": "0"}, {"F101", "F102"}),
        ({"handled": "1"}, {"F102", "F103"}),
        ({"handled_on": None}, {"F104"}),
        ({"opinion": None}, {"F105"}),
        ({"pseudonym": "stranger"}, {"F106", "F107"}),
        ({"offer": None}, {"F108"}),
        ({"handled": "3"}, {"F109"}),
        ({}, set()),
    ],
)
def test_rules_of_retention_feedback(workspace: Workspace, put: Put, changes: dict, rules: set[str]) -> None:
    put("customer", "202610", [customer(f"c{n}") for n in range(20)])
    rows = [{**ANSWER, "pseudonym": f"c{n}", "handled": "2" if n % 2 else "3", **changes} for n in range(20)]
    put("retention_feedback", "202610", rows)
    assert {rule for rule in failed(workspace) if rule.startswith("F")} >= rules
    if not rules:
        assert {rule for rule in failed(workspace) if rule.startswith("F")} == set()


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"reached": "0"}, {"F201", "F203"}),
        ({"response": None}, {"F202"}),
        ({"called_at": None}, {"F204"}),
        ({"response": 5}, {"F205"}),
        ({"pseudonym": "stranger"}, {"F206", "F207"}),
        ({}, set()),
    ],
)
def test_rules_of_survey_feedback(workspace: Workspace, put: Put, changes: dict, rules: set[str]) -> None:
    put("customer", "202610", [customer(f"c{n}") for n in range(20)])
    rows = [{**CALLED, "pseudonym": f"c{n}", "response": n % 11, **changes} for n in range(20)]
    put("survey_feedback", "202610", rows)
    assert {rule for rule in failed(workspace) if rule.startswith("F")} >= rules
    if not rules:
        assert {rule for rule in failed(workspace) if rule.startswith("F")} == set()


def test_care_feedback_is_judged_too(workspace: Workspace, put: Put) -> None:
    put("customer", "202610", [customer(f"c{n}") for n in range(20)])
    same = {name: ANSWER[name] for name in ("campaign_id", "analysis_month", "handled_on", "feedback_no")}
    rows = [{**same, "pseudonym": f"c{n}", "handled": "3", "opinion": "好", "satisfaction": 9} for n in range(20)]
    put("care_feedback", "202610", rows)
    assert {rule for rule in failed(workspace) if rule.startswith("F")} == {"F302", "F309"}


def test_a_daily_list_is_judged_by_its_newest_day_up_to_the_due_day(workspace: Workspace, put: Put) -> None:
    folder = workspace.warehouse / "do_not_contact"
    for name in ("month=202610/part-31-00", "month=202611/part-03-00", "month=202611/part-09-00"):
        path = folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    assert [path.name for path in parts(workspace, "do_not_contact", "202610")] == ["part-03-00.parquet"]
    later = replace(workspace, now=datetime(2026, 12, 24))
    assert [path.name for path in parts(later, "do_not_contact", "202610")] == ["part-09-00.parquet"]
    assert parts(later, "do_not_contact", "202608") == []
