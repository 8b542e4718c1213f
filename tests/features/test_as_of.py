from collections.abc import Callable
from datetime import date, datetime

import pandas as pd
import pytest

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.errors import GateRefused, InputRefused
from bassboss_lib.features import GROUPS, View, as_of, dictionary, refuse_leaks
from bassboss_lib.features.build import Group
from bassboss_lib.features.leaks import leaking
from bassboss_lib.workspace import Workspace
from tests.conftest import customer

MONTHS = ["202608", "202609", "202610", "202611"]


def _usage(out_s: int, off_net: int, **changes: object) -> dict:
    counts = {
        "call_out_count": 10,
        "call_in_count": 10,
        "call_in_s": 600,
        "call_short_count": 2,
        "call_night_count": 0,
        "call_toll_s": 300,
        "abroad_count": 0,
        "sms_out_count": 3,
        "data_bytes": 1048576,
        "charge_fen": 0,
        "own_event_count": 13,
        "event_count": 23,
        "active_days": 12,
    }
    return {"pseudonym": "a", **counts, "call_out_s": out_s, "call_off_net_count": off_net, **changes}


@pytest.fixture
def world(workspace: Workspace, put: Callable[..., None]) -> Workspace:
    for place, month in enumerate(MONTHS):
        last = datetime(2026, 8 + place, 28, 12)
        tac = "86000001" if month == "202608" else "86000002"
        ends = {"terminal_tac": tac, "contract_end": date(2026, 12, 31)}
        put("customer", month, [customer("a", **ends), customer("new", join_date=date(2026, 10, 20))])
        put("usage_month", month, [_usage(6000 if place < 2 else 3000, place, last_event_at=last)])
        circle = {
            "partner_count": 10,
            "partner_off_net_count": 2 + place,
            "circle_count": 4,
            "circle_left_count": place,
        }
        put("circle_month", month, [{"pseudonym": "a", **circle}])
        bill = {"receivable_fen": 5000 + 1000 * place, "discount_fen": 500, "fixed_fen": 3800}
        put("bill_month", month, [{"pseudonym": "a", **bill, "voice_fen": 0, "message_data_fen": 0}])
        paid = {
            "paid_at": datetime(2026, 8 + place, 10, 9),
            "amount_fen": 5000,
            "channel": "bank",
            "method": "cash",
        }
        put("payment", month, [{"pseudonym": "a", **paid}])
        put("balance", month, [{"pseudonym": "a", "month": month, "balance_fen": 1000 * (place + 1)}])
        owed = {"months_owed": place, "owed_fen": 100 * place, "suspensions_total": 1}
        put("arrears", month, [{"pseudonym": "a", "month": month, **owed}])
        put("complaint", month, [_complaint(place)])
    return workspace


SAID = ["在家里信号很差，再这样就要换号", "话费比平时多了很多", "近几天没有信号，要换一家", "再次投诉：套餐被更改"]


def _complaint(place: int) -> dict:
    filed = datetime(2026, 8 + place, 30, 12)
    return {
        "pseudonym": "a",
        "complaint_id": f"C{place}",
        "filed_at": filed,
        "channel": "1860",
        "level": "1",
        "category": "network",
        "content": SAID[place],
        "result": "rejected" if place == 2 else "solved",
        "first_reply_at": filed + pd.Timedelta(hours=6),
        "closed_at": filed + pd.Timedelta(days=4),
        "satisfaction": "4",
    }


EXPECTED = {
    "age_years": 36.0,
    "tenure_months": 24.0,
    "contract_left_months": 2.0,
    "terminal_months": 2.0,
    "brand": "2",
    "receivable_fen": 7000.0,
    "receivable_mean_fen": 6000.0,
    "receivable_change": 7000 / 5500 - 1,
    "beyond_fee_share": 1 - 11400 / 18000,
    "discount_share": 1500 / 19500,
    "call_out_min": 250 / 3,
    "call_out_change": -0.5,
    "data_mb": 1.0,
    "silent_days": 3.0,
    "toll_share": 900 / 15000,
    "short_call_share": 0.1,
    "short_call_change": 0.0,
    "off_net_share": 3 / 60,
    "off_net_partner_share": 0.4,
    "off_net_partner_change": 0.4 - 0.25,
    "circle_left_share": 0.5,
    "payment_count": 3.0,
    "paid_fen": 15000.0,
    "payment_age_days": 21.0,
    "payment_channel": "bank",
    "balance_fen": 3000.0,
    "balance_change": 2.0,
    "months_owed": 2.0,
    "suspensions_total": 1.0,
    "complaint_count": 3.0,
    "complaint_age_days": 1.0,
    "complaint_open_count": 1.0,
    "theme_coverage_count": 2.0,
    "theme_bill_count": 1.0,
    "theme_threat_count": 2.0,
    "theme_plan_count": 0.0,
    "same_theme_count": 1.0,
    "unsolved_theme_count": 1.0,
    "reply_hours": 6.0,
    "satisfaction_min": 4.0,
}


def test_features_as_of_a_month(world: Workspace) -> None:
    row = as_of(View(world, "202610")).loc["a"]
    assert {name: row[name] for name in EXPECTED} == pytest.approx(EXPECTED)


def test_a_customer_without_history_has_zeros_and_gaps(world: Workspace) -> None:
    row = as_of(View(world, "202610")).loc["new"]
    assert row[["payment_count", "owed_fen", "complaint_count", "tenure_months"]].tolist() == [0, 0, 0, 0]
    assert row[["receivable_mean_fen", "call_out_min", "complaint_age_days"]].isna().all()


def test_every_feature_is_declared_once_with_titles(world: Workspace) -> None:
    names = [feature.name for feature in dictionary()]
    assert as_of(View(world, "202610")).columns.tolist() == names
    assert len(set(names)) == len(names) >= 30
    assert all(feature.zh and feature.en and feature.group for feature in dictionary())


def test_the_order_of_rows_does_not_matter(world: Workspace) -> None:
    first = as_of(View(world, "202610"))
    for path in world.warehouse.glob("*/month=*/part-00.parquet"):
        pd.read_parquet(path).iloc[::-1].to_parquet(path, index=False)
    pd.testing.assert_frame_equal(as_of(View(world, "202610")), first)


def test_a_month_not_delivered_is_refused(world: Workspace) -> None:
    with pytest.raises(InputRefused, match="customer of 202612 is not in the warehouse"):
        as_of(View(world, "202612"))


def test_R18_the_shipped_features_do_not_look_ahead(world: Workspace) -> None:
    refuse_leaks(View(world, "202610"))


def _planted(view: View) -> pd.DataFrame:
    later = View(view.workspace, "202611").read("bill_month").set_index("pseudonym")
    return pd.DataFrame({"honest": 1.0, "next_receivable_fen": later["receivable_fen"]})


def test_R18_a_planted_future_column_is_named(world: Workspace) -> None:
    declared = (Feature("honest", "x", "", "甲", "a"), Feature("next_receivable_fen", "x", "fen", "乙", "b"))
    groups = (*GROUPS, Group(declared, _planted))
    assert "next_receivable_fen" in leaking(View(world, "202610"), groups)
    with pytest.raises(GateRefused, match=r"R18: features look past 202610: .*next_receivable_fen") as caught:
        refuse_leaks(View(world, "202610"), groups)
    assert caught.value.exit_code == 5


def test_R18_the_view_refuses_later_months(world: Workspace) -> None:
    with pytest.raises(GateRefused, match="R18"):
        View(world, "202610").read("bill_month", -1)


def test_every_code_of_a_value_list_has_a_feature_that_names_the_list(world: Workspace) -> None:
    lists = {feature.name: feature.codes for feature in dictionary() if feature.kind == "category"}
    assert [name for name, codes in lists.items() if not codes] == ["region", "position", "plan_id", "join_channel"]
    row = as_of(View(world, "202610")).loc["a"]
    named = {feature.name: feature.called(row[feature.name], "en") for feature in dictionary() if feature.codes}
    assert (named["brand"], named["complaint_category"], named["payment_channel"]) == (
        "Easyown",
        "network quality",
        "bank",
    )
