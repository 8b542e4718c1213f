import json
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pytest

from bassboss_lib.cli import main
from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.exchange import Stem, write_delivery
from bassboss_lib.exchange.deliveries import find
from bassboss_lib.exchange.sent import sent_rows
from bassboss_lib.ledger import Ledger
from bassboss_lib.retention.sending import correct_list
from bassboss_lib.vault import IDENTITIES, Vault
from bassboss_lib.workspace import Workspace
from tests.exchange.answers import ID, SENT, answer, record_receipt, said, send, state
from tests.exchange.conftest import CREATED
from tests.warehouse.test_do_not_contact import opted_out

STEM = Stem("a", "10000", "202610", "31001", 1)
CORRECTION = STEM.delivery("out")
COUNT = 50
REFUSED = range(3, 40)


def feedback(workspace: Workspace, customers: list[int], rr: int) -> tuple[int, int]:
    about: dict = {"province": "10000", "created": CREATED, "rr": rr}
    write_delivery(workspace.inbox, unit("retention_feedback"), "202611", said(customers), **about)
    [loaded] = answer(workspace).feedback.loaded
    return loaded.loaded, loaded.quarantined


def identified(workspace: Workspace) -> None:
    """The vault knows everybody of the list, customer 3 by a new number."""
    vault, numbers = Vault(workspace), range(1, COUNT + 1)
    rows = {
        "pseudonym": vault.pseudonyms([f"{number:010d}" for number in numbers]),
        "customer_id": [f"{number:010d}" for number in numbers],
        "msisdn": [f"17{2 if number == 3 else 0}{number:08d}" for number in numbers],
        "name": ["张\t三"] * COUNT,
        "employer": [None] * COUNT,
    }
    vault.remember("202610", 0, pa.table(rows, schema=IDENTITIES))


@pytest.fixture
def partial(workspace: Workspace) -> Workspace:
    """A list of fifty customers of which BOSS refused thirty-seven; the do-not-contact list of the day is in."""
    opted_out(workspace, {"9999999999": "all"})
    identified(workspace)
    send(workspace, COUNT)
    record_receipt(workspace, dict.fromkeys(REFUSED, "31001051"))
    answer(workspace)
    assert state(workspace) == "partial"
    return workspace


def test_O14_a_correction_leaves_and_its_rows_are_answered(
    partial: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    assert feedback(partial, [1, 2, 3, 4], 0) == (2, 2)
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(partial.root))
    monkeypatch.setenv("BASSBOSS_NOW", "2026-11-03T08:00")
    for outcome in ("released", "released, as before"):
        with pytest.raises(SystemExit) as caught:
            main(["correct", ID])
        assert (caught.value.code or 0, capsys.readouterr().out.strip()) == (0, f"{CORRECTION}: {outcome}")
    with Ledger(partial.ledger) as ledger:
        rows = sent_rows(partial, ledger, find(ledger, CORRECTION))
    assert rows["customer_id"].to_pylist() == [f"{number:010d}" for number in REFUSED]
    assert rows["msisdn"].to_pylist()[:2] == ["17200000003", "17000000004"]
    assert set(rows["customer_name"].to_pylist()) == {"张 三"}
    first = (partial.outbox / STEM.data(1)).read_bytes()[:907]
    assert first.startswith(b"1       R202610-01")
    lineage = json.loads((partial.outbox / STEM.manifest).read_text())["lineage"]
    assert (lineage["corrects"], lineage["receipt"]) == (ID, SENT.record_receipt)
    record_receipt(partial, stem=STEM)
    answer(partial)
    assert (state(partial), state(partial, CORRECTION)) == ("partial", "accepted")
    assert feedback(partial, [1, 3, 39], 1) == (3, 0)


def test_O20_who_opted_out_meanwhile_is_left_out_of_the_correction(partial: Workspace) -> None:
    opted_out(partial, {f"{number:010d}": "marketing" for number in range(3, 39)}, rr=1)
    assert correct_list(partial, ID).id == CORRECTION
    with Ledger(partial.ledger) as ledger:
        rows = sent_rows(partial, ledger, find(ledger, CORRECTION))
    assert rows["customer_id"].to_pylist() == ["0000000039"]


def test_O21_a_correction_without_a_fresh_do_not_contact_list_stays(partial: Workspace) -> None:
    late = replace(partial, now=datetime(2026, 11, 9))
    with pytest.raises(GateRefused, match="O21"):
        correct_list(late, ID)
    assert state(partial, CORRECTION) == "staged"


def test_O14_only_a_list_accepted_in_part_is_corrected(workspace: Workspace) -> None:
    with pytest.raises(CallError, match="the delivery is unknown, no list accepted in part"):
        correct_list(workspace, ID)
