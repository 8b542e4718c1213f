"""Every kind of figure on literal rows, and damage planted for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bassboss_lib.engine import Engine
from bassboss_lib.warehouse.quality_figures import figures_of
from bassboss_lib.warehouse.quality_rules import Rule, rules
from bassboss_lib.warehouse.quality_tables import tables_of
from bassboss_lib.workspace import Workspace
from tests.conftest import call, customer

SHIPPED = {rule.id: rule for rule in rules()}
MONTH = "202610"
Put = Callable[..., None]


def _figure(workspace: Workspace, rule: Rule) -> float | None:
    """Give a figure, which is the same by an engine and in memory."""
    return _figures(workspace, [rule])[rule.id]


def _figures(workspace: Workspace, known: list[Rule]) -> dict[str, float | None]:
    with Engine(workspace.warehouse) as engine:
        by_engine, in_memory = (figures_of(tables_of(workspace, engine, MONTH, rows), known) for rows in (0, 1_000))
    assert by_engine == in_memory
    return by_engine


def _item(pseudonym: str, fen: int, item: str = "0101", discount: int = 0) -> dict:
    return {"pseudonym": pseudonym, "month": MONTH, "fee_item": item, "receivable_fen": fen, "discount_fen": discount}


def _calls(*changes: dict[str, Any]) -> list[dict]:
    return [
        call("a", f"2026-10-{day:02d}T08:00:00", **one)
        for day, one in enumerate([*changes, *[{}] * (10 - len(changes))], start=1)
    ]


PAYMENT = {"pseudonym": "a", "paid_at": date(2026, 10, 1), "amount_fen": 100, "channel": "hall", "method": "cash"}
ARREARS = {"pseudonym": "a", "month": MONTH, "months_owed": 1, "owed_fen": 10, "suspensions_total": 0}
COMPLAINT = {
    "pseudonym": "a",
    "filed_at": date(2026, 10, 5),
    "first_reply_at": date(2026, 10, 6),
    "closed_at": date(2026, 10, 7),
    "content": "x",
    "result": "solved",
}
LEFT = {"status": "2010", "status_date": date(2026, 10, 9)}


@pytest.mark.parametrize(
    ("rule", "rows", "figure"),
    [
        ("Q003", [customer("a"), customer("b", birth_date=None)], 0.5),
        ("Q004", [customer("a"), customer("b", plan_id=None)], 0.5),
        ("Q005", [customer("a", status="9000")], 1.0),
        ("Q006", [customer("a"), customer("b", status="1031"), customer("c", **LEFT)], 0.5),
        ("Q007", [customer("a", gender="3")], 1.0),
        ("Q008", [customer("a", status_date=date(2020, 1, 1)), customer("b")], 0.5),
        ("Q009", [customer("a", brand="1"), customer("b", brand="1", **LEFT), customer("c", **LEFT)], 0.5),
        ("Q016", [customer("a"), customer("b", **LEFT)], 1.0),
        ("Q017", [customer("a"), customer("b", join_date=date(2026, 10, 31))], 1.0),
        ("Q026", [customer("a"), customer("b"), customer("c", region="x"), customer("d", region="y")], 0.5),
        ("Q034", [_item("a", 1), _item("a", 2), _item("b", 1), _item("a", 1, "0201")], 0.25),
        ("Q035", [_item("a", 1), _item("a", -2)], 0.5),
        ("Q036", [_item("a", 80, discount=20), _item("a", 20)], 0.2),
        ("Q037", [_item("a", 80), _item("a", 20, "0633")], 0.8),
        ("Q011", [_item("a", 80), _item("a", 20, "0633"), _item("b", 20)], 60.0),
        ("Q048", _calls({"other_pseudonym": None}), 0.1),
        ("Q053", _calls({"duration_s": 30000}, {"duration_s": 30000, "kind": "data"}), 1 / 9),
        ("Q054", _calls({"duration_s": 160}), 70.0),
        ("Q055", _calls({"kind": "sms"}), 1.0),
        ("Q059", _calls({"discount_fen": 1}), 0.1),
        ("Q060", _calls({"charge_fen": 600}), 1.0),
        ("Q066", [*_calls(), *_calls()], 0.5),
        ("Q064", _calls(), 21.0),
        ("Q069", [PAYMENT, {**PAYMENT, "amount_fen": -100}], 0.5),
        ("Q070", [PAYMENT, {**PAYMENT, "amount_fen": 0}], 0.5),
        ("Q077", [ARREARS, {**ARREARS, "owed_fen": 0}], 0.5),
        ("Q078", [ARREARS, {**ARREARS, "months_owed": 0}], 0.5),
        ("Q081", [COMPLAINT, {**COMPLAINT, "closed_at": date(2026, 10, 1)}], 0.5),
        ("Q084", [COMPLAINT, {**COMPLAINT, "result": None}, {**COMPLAINT, "closed_at": None}], 0.5),
    ],
)
def test_one_table(workspace: Workspace, put: Put, rule: str, rows: list[dict], figure: float) -> None:
    put(SHIPPED[rule].unit, MONTH, rows)
    assert _figure(workspace, SHIPPED[rule]) == pytest.approx(figure)


def test_a_day_with_ten_times_the_records_is_odd(workspace: Workspace, put: Put) -> None:
    even = [call("a", f"2026-10-{day:02d}T{hour:02d}:00:00") for day in range(1, 32) for hour in (1, 2)]
    put("cdr", MONTH, even)
    assert _figure(workspace, SHIPPED["Q065"]) == 0.0
    put("cdr", MONTH, [*even, *(call("a", f"2026-10-15T05:{minute:02d}:00") for minute in range(20))])
    assert (_figure(workspace, SHIPPED["Q065"]) or 0) > 5


def test_what_came_late_is_of_no_day_of_the_month(workspace: Workspace, put: Put) -> None:
    even = [call("a", f"2026-10-{day:02d}T01:00:00") for day in range(1, 31)]
    put("cdr", MONTH, [*even, *(call("a", f"2026-09-30T05:{minute:02d}:00") for minute in range(10))])
    figures = {name: _figure(workspace, SHIPPED[name]) for name in ("Q064", "Q114")}
    assert figures == {"Q064": 1.0, "Q114": 0.25}


def test_keys_of_another_table(workspace: Workspace, put: Put) -> None:
    gone_before = {"status": "2010", "status_date": date(2026, 9, 1)}
    put("customer", MONTH, [customer("a"), customer("b"), customer("gone", **gone_before)])
    put("cdr", MONTH, [call(who, "2026-10-01T08:00:00") for who in ("a", "gone", "nobody", "a")])
    found = {rule: _figure(workspace, SHIPPED[rule]) for rule in ("Q021", "Q067", "Q068")}
    assert found == {"Q021": 0.25, "Q067": 0.25, "Q068": 0.5}


def test_a_key_that_is_empty_has_no_partner(workspace: Workspace, put: Put) -> None:
    put("customer", MONTH, [customer("a", plan_id="P1"), customer("b", plan_id="P9"), customer("c", plan_id=None)])
    put("plan", MONTH, [{"plan_id": "P1"}, {"plan_id": "P1"}])
    assert _figure(workspace, SHIPPED["Q028"]) == pytest.approx(2 / 3)


def test_parts_and_total(workspace: Workspace, put: Put) -> None:
    put("bill_item", MONTH, [_item("a", 5000), _item("a", 66, "0401"), _item("a", 44, "0201")])
    assert _figure(workspace, SHIPPED["Q038"]) is None
    put("cdr", MONTH, _calls({"charge_fen": 60}, {"charge_fen": 40, "zone": "roaming"}))
    assert _figure(workspace, SHIPPED["Q038"]) == pytest.approx(0.1)
    assert _figure(workspace, SHIPPED["Q039"]) == pytest.approx(0.1)


def test_new_less_left_is_the_change_of_those_who_arrived(workspace: Workspace, put: Put) -> None:
    put("customer", MONTH, [customer("a"), customer("b", **LEFT), customer("c", join_date=date(2026, 10, 2))])
    assert _figure(workspace, SHIPPED["Q015"]) is None
    put("customer", "202609", [customer("a"), customer("b")])
    assert _figure(workspace, SHIPPED["Q015"]) == 0.0
    put("customer", "202609", [customer("a"), customer("b"), customer("lost")])
    assert _figure(workspace, SHIPPED["Q015"]) == 0.5


def test_rules_share_their_passes(workspace: Workspace, put: Put) -> None:
    """Of records: sums, by customer, by day, repeats; of customers: all, those in the network, those gone before."""
    put("customer", MONTH, [customer("a"), customer("b")])
    put("cdr", MONTH, _calls())
    known = [rule for rule in SHIPPED.values() if rule.unit == "cdr"]
    passes: list[str] = []
    with Engine(workspace.warehouse) as engine:
        tables = tables_of(workspace, engine, MONTH, 0)
        counting = replace(
            tables,
            collect=lambda frame: passes.append("frame") or tables.collect(frame),
            repeats=lambda frame, columns: passes.append("repeats") or tables.repeats(frame, columns),
        )
        found = figures_of(counting, known)
    assert passes.count("frame") == 3 + 3
    assert passes.count("repeats") == 1
    assert set(found) == {rule.id for rule in known if rule.kind != "days_late"}
    assert found == {rule.id: _figure(workspace, rule) for rule in known if rule.kind != "days_late"}


def test_rows_that_are_there_many_times_are_counted_beyond_their_first(workspace: Workspace, put: Put) -> None:
    rows = [call(who, f"2026-10-01T08:00:{second:02d}") for who in "abc" for second in range(4)]
    put("cdr", MONTH, [*rows, rows[0], rows[0], rows[5], {**rows[7], "other_pseudonym": None}])
    assert _figure(workspace, SHIPPED["Q066"]) == pytest.approx(3 / 16)
    put("cdr", MONTH, [{**row, "other_pseudonym": None} for row in [*rows, rows[0]]])
    assert _figure(workspace, SHIPPED["Q066"]) == pytest.approx(1 / 13)


def test_a_table_without_rows_has_no_shares(workspace: Workspace, put: Put) -> None:
    put("cdr", MONTH, _calls(*[{"kind": "data"}] * 10))
    found = {rule: _figure(workspace, SHIPPED[rule]) for rule in ("Q048", "Q060")}
    assert found == {"Q048": None, "Q060": None}
