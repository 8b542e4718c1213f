from collections.abc import Callable

import pytest

from bassboss_lib.errors import GateRefused
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import balances
from tests.exchange.inboxes import receipts, stored

STEM = "i_10000_202610_03003_00"


@pytest.fixture
def september(workspace: Workspace, deliver: Callable) -> Workspace:
    deliver("balance", balances(200, "202609"), "202609")
    ingest(workspace)
    return workspace


def test_I26_forty_percent_fewer_rows_are_refused(september: Workspace, deliver: Callable) -> None:
    deliver("balance", balances(120))
    with pytest.raises(GateRefused, match=r"I26: volume: 120 rows, 200 the month before \(-40%\)") as caught:
        ingest(september)
    assert (caught.value.exit_code, stored(september)) == (5, [])
    assert f"bassboss ingest --accept-volume {STEM}" in caught.value.line()
    assert not [name for name in receipts(september) if "202610" in name]


def test_I26_an_override_names_the_delivery_and_is_written_down(september: Workspace, deliver: Callable) -> None:
    deliver("balance", balances(120))
    with pytest.raises(GateRefused):
        ingest(september, accepted=["i_10000_202610_03006_00"])
    ingest(september, accepted=[STEM])
    assert len(stored(september)) == 120
    with Ledger(september.ledger) as ledger:
        [row] = ledger.rows("SELECT subject, detail FROM event WHERE kind = 'volume accepted'")
    assert (row["subject"], row["detail"]) == ("in-03003-10000-202610-00", '{"before": 200, "rows": 120}')


def test_I26_a_smaller_drop_and_a_small_unit_pass(september: Workspace, deliver: Callable) -> None:
    deliver("balance", balances(121))
    assert len(ingest(september).loaded) == 1
    deliver("balance", balances(20, "202608"), "202608")
    deliver("balance", balances(2, "202609"), "202609", rr=1)
    assert len(ingest(september).loaded) == 2
