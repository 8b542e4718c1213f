from collections.abc import Callable

from bassboss_lib.engine import read_table
from bassboss_lib.warehouse.monthly import build
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace
from tests.conftest import call, customer

BILLS = [
    {"pseudonym": "a", "month": "202610", "fee_item": "0101", "receivable_fen": 3800, "discount_fen": 0},
    {"pseudonym": "a", "month": "202610", "fee_item": "0401", "receivable_fen": 1200, "discount_fen": 100},
    {"pseudonym": "a", "month": "202610", "fee_item": "0633", "receivable_fen": 500, "discount_fen": 0},
]
CALLS = [
    call("a", "2026-10-01T08:00:00", duration_s=61),
    call("a", "2026-10-01T02:00:00", duration_s=9, other_operator="CU", other_pseudonym="x2", zone="national"),
    call("a", "2026-10-03T09:00:00", duration_s=0, direction="mt", other_operator=None, other_pseudonym=None),
    call("a", "2026-10-04T09:00:00", kind="sms", duration_s=0),
    call("a", "2026-10-05T09:00:00", kind="data", direction="mo", volume_bytes=2048, other_operator=None,
         other_pseudonym=None, charge_fen=30),
    call("b", "2026-10-05T09:00:00", direction="mt", other_pseudonym="n-a", zone="roaming"),
]  # fmt: skip


def _table(workspace: Workspace, name: str) -> dict[str, dict]:
    return {row.pop("pseudonym"): row for row in read_table(paths(workspace, name, ["202610"])).to_pylist()}


def test_usage_is_counted_once_per_kind(workspace: Workspace, put: Callable[..., None]) -> None:
    put("cdr", "202610", CALLS)
    put("customer", "202610", [customer("a"), customer("b")])
    assert build(workspace, "202610") == ["usage_month", "circle_month"]
    usage = _table(workspace, "usage_month")["a"]
    assert {name: usage[name] for name in usage if name != "last_event_at"} == {
        "call_out_count": 2,
        "call_out_s": 70,
        "call_in_count": 1,
        "call_in_s": 0,
        "call_off_net_count": 1,
        "call_short_count": 1,
        "call_night_count": 1,
        "call_toll_s": 9,
        "night_event_count": 1,
        "abroad_count": 0,
        "sms_out_count": 1,
        "data_bytes": 2048,
        "charge_fen": 30,
        "own_event_count": 4,
        "event_count": 5,
        "active_days": 4,
    }
    assert str(usage["last_event_at"]) == "2026-10-05 09:00:00"


def test_what_comes_late_counts_where_it_comes_but_makes_no_day_active(
    workspace: Workspace, put: Callable[..., None]
) -> None:
    late = [call("a", "2026-09-28T08:00:00", duration_s=30), call("b", "2026-09-30T23:00:00", duration_s=5)]
    put("cdr", "202610", [*CALLS, *late])
    put("customer", "202610", [customer("a"), customer("b")])
    build(workspace, "202610")
    usage = _table(workspace, "usage_month")
    assert (usage["a"]["call_out_s"], usage["a"]["event_count"], usage["a"]["active_days"]) == (100, 6, 4)
    assert (usage["b"]["call_out_s"], usage["b"]["active_days"]) == (5, 1)


def test_the_circle_knows_partners_that_are_customers_and_those_that_left(
    workspace: Workspace, put: Callable[..., None]
) -> None:
    from datetime import date

    put("cdr", "202610", [call("a", "2026-10-01T08:00:00", other_pseudonym=f"n-{who}") for who in "bcd"])
    left = customer("b", status="2010", status_date=date(2026, 9, 2))
    long_gone = customer("c", status="2010", status_date=date(2026, 7, 31))
    put("customer", "202610", [customer("a"), left, long_gone])
    build(workspace, "202610")
    assert _table(workspace, "circle_month") == {
        "a": {
            "partner_count": 3,
            "partner_off_net_count": 0,
            "circle_count": 2,
            "circle_left_count": 1,
            "same_partner_pairs": 0,
            "event_pairs": 6,
        }
    }


def test_pairs_of_events_are_counted_within_each_network(workspace: Workspace, put: Callable[..., None]) -> None:
    near = [call("a", "2026-10-01T08:00:00", other_pseudonym=who) for who in ("b", "b", "b", "c")]
    far = [call("a", "2026-10-01T09:00:00", other_pseudonym=who, other_operator="CU") for who in ("d", "e")]
    put("cdr", "202610", near + far)
    put("customer", "202610", [customer("a")])
    build(workspace, "202610")
    row = _table(workspace, "circle_month")["a"]
    assert (row["same_partner_pairs"], row["event_pairs"]) == (3 * 2, 4 * 3 + 2 * 1)


def test_bills_add_up_by_account(workspace: Workspace, put: Callable[..., None]) -> None:
    put("bill_item", "202610", BILLS)
    assert build(workspace, "202610") == ["bill_month"]
    assert _table(workspace, "bill_month") == {
        "a": {
            "receivable_fen": 5500,
            "discount_fen": 100,
            "fixed_fen": 3800,
            "voice_fen": 1200,
            "message_data_fen": 500,
        }
    }
    assert build(workspace, "202610") == []
