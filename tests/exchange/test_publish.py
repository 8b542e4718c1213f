import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bassboss_lib.contracts import Unit, unit
from bassboss_lib.errors import CallError, GateRefused, LedgerMismatch, Locked
from bassboss_lib.exchange import publish
from bassboss_lib.exchange.disk import lock
from bassboss_lib.exchange.outbox import publish_lock
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace, open_workspace
from tests.exchange.conftest import listed
from tests.exchange.outboxes import LIST, NAMES, outbox


def parse_31001(data: bytes) -> list[list[str]]:
    """Read a list as the interface paper describes it, with nothing of the library."""
    widths = [8, 16, 6, 14, 20, 15, 60, 8, 200, 10, 8, 10, 2, 8, 4, 300, 200, 8, 8]
    records = []
    for at in range(0, len(data), 907):
        record, place = [], at
        for width in widths:
            record.append(data[place : place + width].decode("gb18030").rstrip(" "))
            place += width
        assert data[place : place + 2] == b"\r\n"
        records.append(record)
    return records


def test_a_list_is_published_whole_and_read_by_a_stranger(workspace: Workspace, ledger: Ledger) -> None:
    done = publish(workspace, ledger, LIST, "202610", listed(), lineage={"model": "m1"})
    assert (done.id, done.state, done.already) == ("out-31001-10000-202610-00", "released", False)
    assert [path.name for path in done.files] == [NAMES[2], NAMES[0], NAMES[1]]
    files = outbox(workspace)
    assert list(files) == NAMES
    common = ["R202610-01", "202610", "20261103080000"]
    rest = ["S01", "高价值"]
    assert [record[:9] for record in parse_31001(files[NAMES[2]])] == [
        ["1", *common, "0000000001", "17000000001", "张三", *rest],
        ["2", *common, "0000000002", "17000000002", "𠀀㐀😀", *rest],
        ["3", *common, "0000000003", "17000000003", 'O\'Neil "x"', *rest],
    ]
    tail = parse_31001(files[NAMES[2]])[1][9:]
    reason = ["0.250000", "R01", "话费高于合适资费 30%", "月均主叫 120 分钟", "", "2"]
    assert tail == ["19800", "120", "50000", "3", *reason]
    assert files[NAMES[1]] == (
        NAMES[2].encode().ljust(40) + b"2721".ljust(20) + b"3".ljust(20) + b"202610  20261103080000\r\n"
    )
    manifest = json.loads(files[NAMES[0]])
    assert manifest["totals"] == {"arpu_fen": 59400, "credit_fen": 150000}
    assert manifest["lineage"] == {"model": "m1"}
    assert not any((workspace.outbox / ".tmp").iterdir())


def test_O06_the_same_content_later_is_already_released(workspace: Workspace, ledger: Ledger) -> None:
    first = publish(workspace, ledger, LIST, "202610", listed())
    before = outbox(workspace)
    later = replace(workspace, now=workspace.now + timedelta(days=1))
    again = publish(later, ledger, LIST, "202610", listed())
    assert (again.id, again.already, again.files) == (first.id, True, first.files)
    assert outbox(workspace) == before


def test_O07_changed_content_takes_the_next_resend_number(workspace: Workspace, ledger: Ledger) -> None:
    publish(workspace, ledger, LIST, "202610", listed())
    before = outbox(workspace)
    changed = publish(workspace, ledger, LIST, "202610", listed(2))
    assert changed.id.endswith("-01")
    assert before.items() <= outbox(workspace).items()
    back = publish(workspace, ledger, LIST, "202610", listed())
    assert back.id.endswith("-02")


def test_O05_a_name_taken_by_other_bytes_is_never_overwritten(workspace: Workspace, ledger: Ledger) -> None:
    (workspace.outbox / NAMES[2]).write_bytes(b"other")
    with pytest.raises(LedgerMismatch, match=r"O05.*001.dat") as caught:
        publish(workspace, ledger, LIST, "202610", listed())
    assert (caught.value.exit_code, outbox(workspace)) == (10, {NAMES[2]: b"other"})
    (workspace.outbox / NAMES[2]).unlink()
    assert publish(workspace, ledger, LIST, "202610", listed()).state == "released"


def test_O08_a_second_release_at_once_is_locked_out(workspace: Workspace, ledger: Ledger) -> None:
    with lock(publish_lock(workspace), "publishing"), pytest.raises(Locked, match="O08") as caught:
        publish(workspace, ledger, LIST, "202610", listed())
    assert caught.value.exit_code == 6


def test_a_gate_that_refuses_leaves_nothing_and_a_later_run_succeeds(workspace: Workspace, ledger: Ledger) -> None:
    seen = []

    def gate(table: pa.Table) -> None:
        seen.append(table.num_rows)
        raise GateRefused("too old", fault="O21")

    with pytest.raises(GateRefused, match="O21"):
        publish(workspace, ledger, LIST, "202610", listed(), before_release=[gate])
    assert (seen, outbox(workspace)) == ([3], {})
    assert [row["state"] for row in ledger.rows("SELECT state FROM delivery")] == ["failed"]
    assert publish(workspace, ledger, LIST, "202610", listed()).id.endswith("-00")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"customer_name": ["张" * 31, "b", "c"]}, "row 1, field customer_name"),
        ({"customer_name": ["a", "b\tc", "c"]}, "row 2, field customer_name"),
        ({"churn_reason": ["R01", "R01", "R10"]}, "row 3, field churn_reason"),
        ({"customer_id": ["1", "2", "1"]}, "row 3, field campaign_id"),
        ({"churn_probability": [1.5, 0.1, 0.1]}, "row 1, field churn_probability"),
    ],
)
def test_O24_a_row_that_cannot_be_written_is_refused_without_its_value(
    workspace: Workspace, ledger: Ledger, changes: dict, where: str
) -> None:
    with pytest.raises(GateRefused, match=f"O24.*{where}") as caught:
        publish(workspace, ledger, LIST, "202610", listed(**changes))
    assert "张" not in caught.value.line()
    assert (outbox(workspace), ledger.rows("SELECT * FROM delivery")) == ({}, [])


def test_an_empty_list_is_refused(workspace: Workspace, ledger: Ledger) -> None:
    with pytest.raises(CallError, match="without records"):
        publish(workspace, ledger, LIST, "202610", listed().slice(0, 0))


def test_a_writer_that_errs_is_found_by_the_independent_reading(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bassboss_lib.exchange import data_files

    honest = data_files._encode
    monkeypatch.setattr(data_files, "_encode", lambda *about: bytes(honest(*about)).replace(b"9900 ", b"9901 "))
    with pytest.raises(LedgerMismatch, match="read back 3 rows, meant 3; sums or keys differ"):
        publish(workspace, ledger, LIST, "202610", listed())
    assert outbox(workspace) == {}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=15), min_size=1, max_size=4))
def test_O24_any_name_that_is_accepted_is_read_back_equal(
    tmp_path: Path, retention_list: Unit, names: list[str]
) -> None:
    workspace = open_workspace(tmp_path / "w", "2026-11-03T08:00")
    table = listed(len(names), customer_name=names)
    with Ledger(workspace.ledger) as ledger:
        done = publish(workspace, ledger, retention_list, "202610", table)
    read = [record[6] for record in parse_31001(done.files[0].read_bytes())]
    assert read == [name.rstrip(" ") for name in names]


def test_a_list_that_cannot_even_be_read_back_is_not_published(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bassboss_lib.exchange import data_files

    honest = data_files._encode
    monkeypatch.setattr(data_files, "_encode", lambda *about: bytes(honest(*about)).replace(b"\r\n", b"\n\n"))
    with pytest.raises(LedgerMismatch, match="read back 0 rows, meant 3"):
        publish(workspace, ledger, LIST, "202610", listed())
    assert outbox(workspace) == {}


@pytest.mark.parametrize(
    ("name", "period", "told"),
    [
        ("retention_list", "20261031", "'20261031' is not a month that the unit comes by"),
        ("survey_list", "202610", "'202610' is not a day that the unit comes by"),
        ("care_list", "20261131", "'20261131' is not a month or day that the unit comes by"),
        ("care_list", "202613", "'202613' is not a month or day that the unit comes by"),
    ],
)
def test_a_period_that_the_unit_does_not_come_by_is_refused(
    workspace: Workspace, ledger: Ledger, name: str, period: str, told: str
) -> None:
    with pytest.raises(CallError, match=told) as caught:
        publish(workspace, ledger, unit(name), period, listed())
    assert (caught.value.exit_code, list(outbox(workspace))) == (2, [])
