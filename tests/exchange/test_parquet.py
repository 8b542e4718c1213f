import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bassboss_lib.contracts import typed_schema, unit
from bassboss_lib.contracts.plain import as_plain
from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.exchange import FileRefused, child, child_tasks, limited
from bassboss_lib.exchange.names import parse
from bassboss_lib.exchange.verification import Line, render
from bassboss_lib.exchange.verification import parse as verf_lines
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace
from tests.exchange.inboxes import quarantined, stored

STEM = "s_10000_202610_04008_00"
DATA = f"{STEM}_001.parquet"


def calls(**changes: list) -> pa.Table:
    rows: dict[str, list] = {
        "customer_id": ["0000000001", "0000000002"],
        "started_at": [datetime(2026, 10, 5, 9, 30), datetime(2026, 10, 31, 23, 59, 59)],
        "kind": ["voice", "data"],
        "direction": ["mo", "mo"],
        "other_party": ["17000000009", None],
        "other_operator": ["CM", None],
        "zone": ["local", "roaming"],
        "duration_s": [61, 0],
        "volume_bytes": [0, 123456789],
        "charge_fen": [15, 0],
        "discount_fen": [0, 0],
    }
    return pa.table({**rows, **changes}, schema=typed_schema(unit("cdr")))


@pytest.fixture
def inbox(workspace: Workspace, deliver: Callable) -> Path:
    deliver("cdr", calls(), form="parquet")
    return workspace.inbox


def rewrite(inbox: Path, table: pa.Table | bytes, rows: int = 2) -> None:
    """Put other bytes under the name, and let verification file and manifest agree with them."""
    path = inbox / DATA
    if isinstance(table, bytes):
        path.write_bytes(table)
    else:
        pq.write_table(table, path)
    (inbox / f"{STEM}.json").unlink()
    [line] = verf_lines((inbox / f"{STEM}.verf").read_bytes(), "")
    (inbox / f"{STEM}.verf").write_bytes(render([replace(line, bytes=path.stat().st_size, records=rows)]))


def refused(workspace: Workspace) -> str:
    with pytest.raises(InputRefused) as caught:
        ingest(workspace)
    assert (caught.value.exit_code, stored(workspace, "cdr")) == (3, [])
    assert list((workspace.quarantine / ".expanded").glob("*")) == []
    return caught.value.line()


def test_parquet_loads_as_text_does(workspace: Workspace, inbox: Path, deliver: Callable) -> None:
    assert parse(DATA).form == "parquet"
    manifest = json.loads((inbox / f"{STEM}.json").read_text())
    assert (manifest["resources"][0]["format"], manifest["totals"]["volume_bytes"]) == ("parquet", 123456789)
    assert ingest(workspace).loaded[0].loaded == 2
    assert list(inbox.iterdir()) == []
    by_parquet = stored(workspace, "cdr")
    deliver("cdr", calls(), rr=1)
    ingest(workspace)
    assert by_parquet == stored(workspace, "cdr", rr=1)
    assert by_parquet[0]["other_pseudonym"] == Vault(workspace).pseudonyms(["17000000009"])[0].as_py()
    assert list((workspace.quarantine / ".expanded").iterdir()) == []


def test_I21_a_bad_value_in_parquet_is_quarantined(workspace: Workspace, inbox: Path) -> None:
    rewrite(inbox, calls(kind=["voice", "fax"]))
    assert ingest(workspace).loaded[0].quarantined == 1
    assert quarantined(workspace, "cdr")[0][:3] == (2, 3, "04008033")


def test_I20_a_column_added_to_parquet_is_left_alone(workspace: Workspace, inbox: Path) -> None:
    rewrite(inbox, calls().append_column("cell", pa.array(["A1", "A2"])))
    assert ingest(workspace).loaded[0].loaded == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop_columns(["zone"]), r"I20: columns missing: \['zone'\] \(code 18\)"),
        (lambda table: table.rename_columns({"zone": "area"}), r"I20: columns missing: \['zone'\]"),
        (lambda table: table.select(table.column_names[::-1]), "I20: columns in another order"),
        (lambda table: table.set_column(7, "duration_s", pa.array(["1", "2"])), "I20: a int is wanted, not string"),
    ],
)
def test_I20_other_columns_in_parquet_are_refused_with_the_difference(
    workspace: Workspace, inbox: Path, change: Callable, message: str
) -> None:
    rewrite(inbox, change(calls()))
    with pytest.raises(InputRefused, match=message):
        ingest(workspace)
    refused(workspace)


def test_I29_more_rows_than_announced_are_refused_before_they_are_read(workspace: Workspace, inbox: Path) -> None:
    rewrite(inbox, pa.concat_tables([calls()] * 50_000), rows=2)
    assert "I29: it expands to 100,000 rows and" in refused(workspace)


def test_I29_a_parquet_bomb_is_refused_by_what_it_says_of_itself(
    workspace: Workspace, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_tasks, "EXPANDED_BYTES_MAX", 100)
    code, told, fault, _ = expanded(inbox / DATA, tmp_path / "text")["refused"]
    assert (code, fault, (tmp_path / "text").read_bytes()) == ("12", "I29", b"")
    assert told.startswith("it expands to 2 rows and")


def test_I29_a_size_beyond_the_limit_is_refused_before_a_byte_is_copied(workspace: Workspace, inbox: Path) -> None:
    line = Line(DATA, 200_000_000_000, 2, "202610", datetime(2026, 11, 3, 2))
    (inbox / f"{STEM}.verf").write_bytes(render([line]))
    assert "I29: 200,000,000,000 bytes are too many for one file (code 12)" in refused(workspace)
    os.truncate(inbox / DATA, 3_000_000_000)
    assert "I29: 200,000,000,000 bytes" in refused(workspace)
    assert list(workspace.archive.iterdir()) == []


@pytest.mark.parametrize(
    "data",
    [b"PAR1" + bytes(200) + b"PAR1", b"", b"DUCK" * 100, b"PAR1\xff\xff\xff\x7f" * 8 + b"\xff\xff\xff\x7fPAR1"],
)
def test_I32_S24_what_is_not_the_declared_form_breaks_only_the_child(
    workspace: Workspace, inbox: Path, data: bytes
) -> None:
    rewrite(inbox, data)
    assert "I32: it cannot be read as Parquet" in refused(workspace)


def test_I32_S24_an_expansion_beyond_the_limits_is_a_refusal_and_leaves_nothing(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited, "CHILD_S", 0)
    assert "I32: it cannot be read as Parquet within the limits set for it (code 03)" in refused(workspace)


def test_I32_only_declared_units_come_as_parquet(workspace: Workspace, deliver: Callable) -> None:
    with pytest.raises(CallError, match="does not come as Parquet"):
        deliver("balance", pa.table({"customer_id": ["1"], "month": ["202610"], "balance_fen": [1]}), form="parquet")
    name = "i_10000_202610_03003_00_001.parquet"
    (workspace.inbox / name).write_bytes(b"PAR1")
    line = Line(name, 4, 1, "202610", datetime(2026, 11, 3, 2))
    (workspace.inbox / "i_10000_202610_03003_00.verf").write_bytes(render([line]))
    with pytest.raises(FileRefused, match="I32: the unit does not come as Parquet"):
        ingest(workspace)


def expanded(source: Path, target: Path, rows: int = 2) -> dict:
    """Do the child's task here, on descriptors as it gets them."""
    handles = [os.open(source, os.O_RDONLY), os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC)]
    return child.answer({"task": "expand", "unit": as_plain(unit("cdr")), "rows": rows}, handles)


def test_the_child_writes_the_text_of_the_unit(inbox: Path, tmp_path: Path) -> None:
    target = tmp_path / "text"
    assert expanded(inbox / DATA, target)["done"] is True
    assert target.read_text().splitlines()[1] == "0000000002$20261031235959$data$mo$$$roaming$0$123456789$0$0"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (calls().drop_columns(["zone"]), "columns missing: ['zone']"),
        (calls().select(calls().column_names[::-1]), "columns in another order"),
        (calls().set_column(7, "duration_s", pa.array(["1", "2"])), "a int is wanted, not string"),
    ],
)
def test_I20_I21_the_child_says_what_is_wrong(tmp_path: Path, table: pa.Table, told: str) -> None:
    pq.write_table(table, tmp_path / "data")
    code, what, fault, _ = expanded(tmp_path / "data", tmp_path / "text")["refused"]
    assert (code, fault, what.startswith(told)) == ("18", "I20", True)


def test_I32_the_child_refuses_other_bytes(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"PAR1")
    code, what, fault, _ = expanded(tmp_path / "data", tmp_path / "text")["refused"]
    assert (code, what, fault) == ("03", "it cannot be read as Parquet (ArrowInvalid)", "I32")
