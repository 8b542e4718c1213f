from collections.abc import Callable
from datetime import datetime

import pytest

from bassboss_lib import months
from bassboss_lib.errors import GateRefused
from bassboss_lib.retention.churn import train_churn
from bassboss_lib.retention.material import from_deliveries
from bassboss_lib.workspace import Workspace
from tests.conftest import customer

EMPTY = {
    "bill_month": {"receivable_fen": 0, "discount_fen": 0, "fixed_fen": 0, "voice_fen": 0, "message_data_fen": 0},
    "circle_month": {"partner_count": 1, "partner_off_net_count": 0, "circle_count": 0, "circle_left_count": 0},
    "payment": {"paid_at": datetime(2026, 1, 1), "amount_fen": 1, "channel": "bank", "method": "cash"},
    "balance": {"balance_fen": 0},
    "arrears": {"months_owed": 0, "owed_fen": 0, "suspensions_total": 0},
    "complaint": {
        "complaint_id": "1",
        "filed_at": datetime(2026, 1, 1),
        "channel": "1860",
        "level": "1",
        "category": "network",
        "content": "在家里信号很差",
        "result": "solved",
        "first_reply_at": datetime(2026, 1, 1),
        "closed_at": datetime(2026, 1, 2),
        "satisfaction": "5",
    },
}
USAGE = dict.fromkeys(
    [
        "call_out_count",
        "call_out_s",
        "call_in_count",
        "call_in_s",
        "call_off_net_count",
        "call_short_count",
        "call_night_count",
        "call_toll_s",
        "abroad_count",
        "sms_out_count",
        "data_bytes",
        "charge_fen",
        "event_count",
        "active_days",
    ],
    1,
)


@pytest.fixture
def world(workspace: Workspace, put: Callable[..., None]) -> Workspace:
    for place, month in enumerate(months.span("202601", "202608")):
        left = "2010" if place >= 4 else "1010"
        rows = [customer("stays"), customer("silent"), customer("leaves", status=left)]
        put("customer", month, rows)
        last = datetime(2026, 1 + place, 20)
        active = [
            {"pseudonym": who, **USAGE, "last_event_at": last, "own_event_count": 1} for who in ("stays", "leaves")
        ]
        put("usage_month", month, active)
        for table, row in EMPTY.items():
            put(table, month, [{"pseudonym": "stays", **row}])
    return workspace


def test_labelled_rows_of_the_months_that_train_calibrate_and_test(world: Workspace) -> None:
    given = from_deliveries(world, "202608")
    labelled = given.sample.keys.assign(churn=given.sample.y)
    assert labelled.groupby("month")["churn"].agg(["size", "sum"]).to_dict("index") == {
        "202601": {"size": 2, "sum": 0},
        "202602": {"size": 2, "sum": 1},
        "202605": {"size": 1, "sum": 0},
    }
    assert given.left_out == {"silent": 3, "pushed_out_or_unknown": 0, "treated": 0}
    assert given.test_month == "202605"


def test_what_was_not_yet_known_in_a_month_is_not_used(world: Workspace) -> None:
    assert max(from_deliveries(world, "202607").sample.keys["month"]) == "202604"


def test_too_little_history_is_refused(world: Workspace) -> None:
    with pytest.raises(GateRefused, match="months with labels 2 < 3"):
        from_deliveries(world, "202605")


def test_R19_too_few_churners_stop_before_training(world: Workspace) -> None:
    with pytest.raises(GateRefused, match=r"R19: .*< ") as caught:
        train_churn(world, from_deliveries(world, "202608"))
    assert caught.value.exit_code == 5
