import json
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pytest

from bassboss_lib.cli import main
from bassboss_lib.contracts import typed_schema, unit
from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.exchange import Stem, publish, write_delivery
from bassboss_lib.exchange.correct import correct
from bassboss_lib.exchange.deliveries import find
from bassboss_lib.exchange.sent import sent_rows
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import IDENTITIES, Vault
from bassboss_lib.warehouse.correcting import correct_list
from bassboss_lib.warehouse.quality import history
from bassboss_lib.workspace import Workspace
from tests.exchange.answers import ID, SENT, answer, record_receipt, said, send, state
from tests.exchange.conftest import CREATED, listed
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


def table_of(name: str, count: int) -> pa.Table:
    """Give a survey or care list of some customers; everything else is the same for all, or empty where it may be."""
    layout, numbers = unit(name), range(1, count + 1)
    same = {"analysis_month": "202610", "inclusion_probability": 0.5, "arpu_fen": 5000}
    columns: dict[str, pa.Array] = {}
    for one in layout.fields:
        plain = next(iter(one.codes.codes)) if one.codes else 1 if one.type == "int" else "甲"
        value = same.get(one.name, None if one.nullable else plain)
        kind = typed_schema(layout).field(one.name).type if value is None else None
        columns[one.name] = pa.array([value] * count, kind)
    columns["customer_id"] = pa.array([f"{number:010d}" for number in numbers])
    columns["msisdn"] = pa.array([f"170{number:08d}" for number in numbers])
    return pa.table(columns | ({"priority": pa.array(numbers)} if "priority" in columns else {}))


@pytest.mark.parametrize(
    ("name", "period"), [("survey_list", "20261103"), ("care_list", "202610"), ("care_list", "20261103")]
)
def test_O14_every_list_is_corrected_and_its_rows_are_those_refused(
    workspace: Workspace, name: str, period: str
) -> None:
    layout = unit(name)
    stem = Stem("s", "10000", period, layout.code, 0)
    opted_out(workspace, {"9999999999": "all"})
    identified(workspace)
    table = table_of(name, 20)
    with Ledger(workspace.ledger) as ledger:
        sent = publish(workspace, ledger, layout, period, table)
    assert (sent.id, sent.state) == (stem.delivery("out"), "released")
    record_receipt(workspace, dict.fromkeys(range(3, 9), f"{layout.code}055"), stem)
    answer(workspace)
    correction = correct_list(workspace, sent.id)
    assert correction.id == replace(stem, mode="a", rr=1).delivery("out")
    with Ledger(workspace.ledger) as ledger:
        rows = sent_rows(workspace, ledger, find(ledger, correction.id))
    assert rows["msisdn"].to_pylist()[0] == "17200000003"
    assert rows["customer_id"].to_pylist() == [f"{number:010d}" for number in range(3, 9)]
    assert list_figures(workspace, name) != []


def list_figures(workspace: Workspace, name: str) -> list[str]:
    kept = history(workspace, ["202610", "202611"], f"list_quality/{name}")
    return kept["rule"].tolist()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"churn_probability": [0.123] * COUNT}, "not churn_probability"),
        ({"priority": list(range(COUNT, 0, -1)), "mou_min": [1] * COUNT}, "not mou_min, priority"),
        ({"campaign_id": ["R202610-02"] * COUNT}, "not the customer"),
    ],
)
def test_O14_a_correction_alters_number_and_name_and_nothing_else(
    partial: Workspace, changes: dict[str, list], told: str
) -> None:
    with Ledger(partial.ledger) as ledger:
        with pytest.raises(CallError, match=f"a correction alters number and name only, {told}") as caught:
            correct(partial, ledger, ID, listed(COUNT, **changes))
        assert (caught.value.exit_code, find(ledger, CORRECTION)) == (2, None)
        named = {"msisdn": [f"171{n:08d}" for n in range(1, COUNT + 1)], "customer_name": ["王五"] * COUNT}
        assert correct(partial, ledger, ID, listed(COUNT, **named)).id == CORRECTION
