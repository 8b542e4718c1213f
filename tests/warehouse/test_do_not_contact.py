import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from bassboss_lib.contracts import unit
from bassboss_lib.errors import GateRefused
from bassboss_lib.exchange import Published, publish, release, withdraw, write_delivery
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse import ingest
from bassboss_lib.warehouse.do_not_contact import contact_gate, do_not_contact, release_gates
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import listed

LIST = unit("retention_list")
TODAY = datetime(2026, 11, 3)


def opted_out(workspace: Workspace, rows: dict[str, str], day: datetime = TODAY, rr: int = 0) -> None:
    since = pa.array([TODAY - timedelta(days=9)] * len(rows), pa.timestamp("s")).cast(pa.date32())
    ids, scopes = (pa.array(list(values), pa.string()) for values in (rows, rows.values()))
    table = pa.table({"customer_id": ids, "since": since, "scope": scopes})
    about: dict = {"province": "10000", "created": day, "rr": rr}
    write_delivery(workspace.inbox, unit("do_not_contact"), f"{day:%Y%m%d}", table, **about)
    ingest(workspace)


def send(workspace: Workspace, ledger: Ledger, count: int = 3) -> Published:
    gates = {"before_release": [contact_gate(workspace, "marketing")], "on_leaving": release_gates(workspace, "31001")}
    return publish(workspace, ledger, LIST, "202610", listed(count), **gates)


@pytest.fixture
def ledger(workspace: Workspace) -> Iterator[Ledger]:
    with Ledger(workspace.ledger) as opened:
        yield opened


def manual(workspace: Workspace) -> Workspace:
    return replace(workspace, settings=workspace.settings.model_copy(update={"release": "manual"}))


def later(workspace: Workspace, hours: int) -> Workspace:
    return replace(workspace, now=workspace.now + timedelta(hours=hours))


def seen(workspace: Workspace) -> int:
    return len(list(workspace.outbox.glob("i_*")))


def state(ledger: Ledger) -> str:
    return str(ledger.one("SELECT state FROM delivery WHERE direction = 'out' ORDER BY rr DESC")["state"])


def test_the_newest_version_counts_and_its_scopes_say_for_what(workspace: Workspace) -> None:
    opted_out(workspace, {"1": "all"}, TODAY - timedelta(days=4))
    opted_out(workspace, {"1": "all", "2": "marketing", "3": "survey"})
    opted_out(workspace, {"2": "marketing", "3": "survey", "4": "all"}, rr=1)
    found = do_not_contact(workspace, "marketing")
    assert (found.version, found.created) == ("in-01003-10000-20261103-01", TODAY)
    assert found.pseudonyms.to_pylist() == Vault(workspace).pseudonyms(["2", "4"]).to_pylist()
    survey = do_not_contact(workspace, "survey")
    assert survey.pseudonyms.to_pylist() == Vault(workspace).pseudonyms(["3", "4"]).to_pylist()
    before = do_not_contact(replace(workspace, now=TODAY - timedelta(days=1)), "marketing")
    assert before.version == "in-01003-10000-20261030-00"


def test_O20_a_customer_who_opted_out_stops_the_list_before_it_is_staged(workspace: Workspace, ledger: Ledger) -> None:
    opted_out(workspace, {"0000000002": "marketing", "0000000003": "all", "77": "all", "0000000001": "survey"})
    with pytest.raises(
        GateRefused, match=r"O20: 2 of 3 customers must not be contacted.*kept: nothing staged"
    ) as caught:
        send(workspace, ledger)
    assert (caught.value.exit_code, state(ledger), seen(workspace)) == (5, "failed", 0)
    assert "0000000002" not in caught.value.line()
    assert not any((workspace.outbox / ".tmp").iterdir())


def test_O21_without_the_list_nothing_leaves(workspace: Workspace, ledger: Ledger) -> None:
    with pytest.raises(GateRefused, match=r"O21: the do-not-contact list \(unit 01003\) is missing") as caught:
        send(workspace, ledger)
    assert (caught.value.exit_code, state(ledger), seen(workspace)) == (5, "staged", 0)
    opted_out(workspace, {})
    assert send(workspace, ledger).state == "released"


def test_O21_a_list_older_than_a_day_stops_the_release_and_only_that(workspace: Workspace, ledger: Ledger) -> None:
    opted_out(workspace, {})
    old = later(workspace, 17)
    with pytest.raises(GateRefused, match=r"O21: the do-not-contact list .* is 25 h old, more than 24 h"):
        send(old, ledger)
    staged = send(manual(old), ledger)
    with pytest.raises(GateRefused, match="O21"):
        release(old, ledger, staged.id, release_gates(old, "31001"))
    assert (state(ledger), seen(workspace)) == ("staged", 0)
    assert release(workspace, ledger, staged.id, release_gates(workspace, "31001")).state == "released"
    again = send(later(workspace, 999), ledger)
    assert (again.already, again.state) == (True, "released")


def test_O22_who_opts_out_after_staging_stops_the_release_until_a_new_build(
    workspace: Workspace, ledger: Ledger
) -> None:
    opted_out(workspace, {})
    staged = send(manual(workspace), ledger)
    opted_out(workspace, {"0000000003": "all"}, rr=1)
    with pytest.raises(GateRefused, match=r"O22: 1 of 3 customers must not be contacted.*bassboss withdraw") as caught:
        release(workspace, ledger, staged.id, release_gates(workspace, "31001"))
    assert (caught.value.exit_code, state(ledger), seen(workspace)) == (5, "staged", 0)
    withdraw(workspace, ledger, staged.id)
    fresh = send(workspace, ledger, 2)
    assert (fresh.id, fresh.state) == ("out-31001-10000-202610-01", "released")


def test_S12_the_version_of_the_list_can_stand_in_the_manifest(workspace: Workspace, ledger: Ledger) -> None:
    opted_out(workspace, {})
    version = do_not_contact(workspace, "marketing").version
    sent = publish(workspace, ledger, LIST, "202610", listed(), lineage={"do_not_contact": version})
    manifest = json.loads(next(path for path in sent.files if path.suffix == ".json").read_text())
    assert manifest["lineage"] == {"do_not_contact": "in-01003-10000-20261103-00"}
