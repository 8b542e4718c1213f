"""S08 and S09 from end to end: after real work, after every refusal, nobody is to be found outside the closed rooms."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from bassboss_lib import boss, cli, flow
from bassboss_lib.contracts import unit
from bassboss_lib.engine import write_table
from bassboss_lib.errors import BassbossError
from bassboss_lib.exchange import write_delivery
from bassboss_lib.exchange.publish import publish
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import create_key
from bassboss_lib.warehouse import ingest, quality
from bassboss_lib.warehouse.quality_lists import list_gate
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import CREATED, customers, listed
from tests.private import found

NUMBERS, NAMES = ["17000000001", "17000000002"], ["欧阳春晖", "司马相如"]
IDS = ["00000000001", "00000000002"]


def _people(**changes: list) -> pa.Table:
    return customers(customer_id=IDS, msisdn=NUMBERS, name=NAMES, employer=["春晖机械厂", None], **changes)


def _deliver(workspace: Workspace, name: str, table: pa.Table) -> list[Path]:
    return write_delivery(workspace.inbox, unit(name), "202610", table, province="10000", created=CREATED)


@pytest.fixture
def loaded(workspace: Workspace) -> Workspace:
    create_key(workspace, b"private")
    _deliver(workspace, "customer", _people())
    ingest(workspace)
    return workspace


def test_S08_intake_leaves_nobody_in_the_warehouse_or_the_ledger(loaded: Workspace) -> None:
    quality.check(loaded, "202610")
    assert found(loaded) == []


def test_S08_the_scan_would_find_somebody(loaded: Workspace) -> None:
    write_table(pa.table({"a": [NUMBERS[0]]}), loaded.warehouse / "leak" / "x.parquet", [])
    (loaded.runs / "report.html").write_text(f"<td>{NAMES[1]}</td>", encoding="utf-8")
    (loaded.outbox / "receipts").mkdir(exist_ok=True)
    (loaded.outbox / "receipts" / "note.txt").write_text(IDS[1], encoding="utf-8")
    with Ledger(loaded.ledger) as ledger:
        ledger.event(loaded.now, "leak", NUMBERS[1])
    assert {name for name, _ in found(loaded)} == {
        "ledger.db",
        "outbox/receipts/note.txt",
        "runs/report.html",
        "warehouse/leak/x.parquet",
    }


def _spoil_row(data: bytes) -> bytes:
    return data.replace(b"$1010$", b"$XXXX$")


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "bad rows": _spoil_row,
    "cut": lambda data: data[:-5],
    "flipped": lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:],
    "twice": lambda data: data + data,
    "not the encoding": lambda data: data + b"\xff\xff\n",
    "crlf": lambda data: data.replace(b"\n", b"\r\n"),
    "empty": lambda data: b"",
    "one field more": lambda data: data.replace(b"\n", b"$x\n"),
}


@pytest.mark.parametrize("manifest", [True, False], ids=["with manifest", "counts only"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_S09_no_refusal_of_a_delivery_names_anybody(
    workspace: Workspace, damage: str, manifest: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    create_key(workspace, b"private")
    written = _deliver(workspace, "customer", _people())
    data = next(path for path in written if path.suffix == ".dat")
    spoilt = DAMAGE[damage](data.read_bytes())
    data.write_bytes(spoilt)
    if not manifest:
        next(path for path in written if path.suffix == ".json").unlink()
        _agree(data.with_name(data.name[:-8] + ".verf"), spoilt)
    for debug in ([], ["--debug"]):
        said = _command(["ingest", "--workspace", str(workspace.root), "--now", "2026-11-12T08:00", *debug], capfd)
        assert not [secret for secret in (*NUMBERS, *NAMES, *IDS) if secret in said], said
    monkeypatch.undo()
    assert _elsewhere(workspace) == []


def _agree(verf: Path, data: bytes) -> None:
    """Make the verification file say what the data file now is."""
    line = verf.read_bytes()
    counts = str(len(data)).encode().ljust(20) + str(data.count(b"\n")).encode().ljust(20)
    verf.write_bytes(line[:40] + counts + line[80:])


def _command(words: list[str], capfd: pytest.CaptureFixture) -> str:
    with pytest.raises(SystemExit):
        cli.main(words)
    told = capfd.readouterr()
    return told.out + told.err


def _elsewhere(workspace: Workspace) -> list[tuple[str, int]]:
    """Scan with the identities that would have been taken in, had the delivery been good."""
    kept = workspace.vault / "identity" / "month=202610" / "part-99.parquet"
    write_table(pa.table({"msisdn": NUMBERS, "customer_id": IDS, "name": NAMES}), kept, [])
    return found(workspace)


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_name": ["春晖" * 40, "李四"]},
        {"customer_name": [NAMES[0] + "\n", NAMES[1]]},
        {"customer_id": [IDS[0], IDS[0]]},
        {"msisdn": [NUMBERS[0] * 2, NUMBERS[1]]},
        {"churn_reason": ["R77", "R01"]},
        {"segment_id": [None, "S01"]},
        {"priority": [1, 1]},
        {"churn_probability": [1.5, 0.1]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_S09_a_list_that_cannot_leave_names_nobody(loaded: Workspace, changes: dict[str, list]) -> None:
    table = listed(2, **{"customer_id": IDS, "msisdn": NUMBERS, "customer_name": NAMES, **changes})
    gate = list_gate(loaded, unit("retention_list"), "202610")
    with Ledger(loaded.ledger) as ledger, pytest.raises(BassbossError) as caught:
        publish(loaded, ledger, unit("retention_list"), "202610", table, before_release=[gate])
    assert not [secret for secret in (*NUMBERS, *NAMES, *IDS, "春晖") if secret in caught.value.line()]
    assert not list(loaded.outbox.glob("*.dat"))
    assert found(loaded) == []


@pytest.mark.faults
def test_S08_after_a_month_of_work_nobody_is_outside_the_closed_rooms(workspace: Workspace) -> None:
    for month in ("202609", "202610"):
        boss.deliver(workspace, month, customers=400)
    flow.ingest(workspace)
    flow.run_target(workspace, "00_source_quality", {"month": "202610"})
    with pytest.raises(BassbossError):
        flow.run_target(workspace, "10_retention_train", {"month": "202610"})
    assert found(workspace) == []
