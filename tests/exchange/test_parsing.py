from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from bassboss_lib.contracts import typed_schema, unit
from bassboss_lib.errors import TooManyBadRecords
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import balances, customers
from tests.exchange.inboxes import DATA, MANIFEST, STEM, edit, forge, quarantined, receipts, refused, stored


def test_I15_another_encoding_than_declared_is_refused_with_its_line(workspace: Workspace, deliver: Callable) -> None:
    paths = deliver("customer", customers(), manifest=False)
    text = paths[0].read_bytes().decode("gb18030")
    paths[0].write_bytes(text.encode("utf-8"))
    line = paths[1].read_bytes()
    paths[1].write_bytes(line[:40] + str(paths[0].stat().st_size).encode().ljust(20) + line[60:])
    assert "I15: not gb18030 (code 03)" in refused(workspace)


def test_I17_a_dollar_in_a_name_spoils_its_own_line_only(workspace: Workspace, deliver: Callable) -> None:
    paths = deliver("customer", customers(), manifest=False)
    data = paths[0].read_bytes().decode("gb18030").replace("张三", '"张$三').encode("gb18030")
    paths[0].write_bytes(data)
    line = paths[1].read_bytes()
    paths[1].write_bytes(line[:40] + str(len(data)).encode().ljust(20) + line[60:])
    report = ingest(workspace)
    assert (report.loaded[0].loaded, report.loaded[0].quarantined) == (1, 1)
    [(number, field, code, raw)] = quarantined(workspace, "customer")
    assert (number, field, code) == (1, 0, "01002009")
    assert raw.startswith('0000000001$17000000001$"张$三$')
    assert receipts(workspace)["r_i_10000_202610_01002_00.verf"] == (
        b"i_10000_202610_01002_00_001.dat".ljust(40) + b"1       01002009\r\n"
    )


def spoil(inbox: Path, lines: list[int]) -> None:
    """Put a letter into the amounts of some lines."""
    data = (inbox / DATA).read_bytes().split(b"\n")
    for number in lines:
        data[number - 1] = data[number - 1][:-1] + b"x"
    (inbox / DATA).write_bytes(b"\n".join(data))
    forge(inbox)


def test_I18_one_bad_record_is_quarantined_with_a_warning(workspace: Workspace, inbox: Path) -> None:
    spoil(inbox, [2])
    report = ingest(workspace)
    assert report.warnings == [f"{STEM}: 1 of 3 rows quarantined"]
    assert quarantined(workspace) == [(2, 3, "03003032", "00002$202610$20x")]
    assert [row["balance_fen"] for row in stored(workspace)] == [100, 300]
    mode = (workspace.quarantine / "balance" / "month=202610" / "part-00.parquet").stat().st_mode
    assert mode & 0o777 == 0o600


def test_I19_too_many_bad_records_load_nothing_and_are_all_listed(workspace: Workspace, deliver: Callable) -> None:
    deliver("balance", balances(100))
    spoil(workspace.inbox, list(range(1, 12)))
    line = refused(workspace, TooManyBadRecords)
    assert "I19: 11 of 100 rows are bad, more than 0.1%" in line
    assert [row[0] for row in quarantined(workspace)] == list(range(1, 12))
    assert not [name for name in receipts(workspace) if name.startswith("r_")]
    for path in workspace.inbox.iterdir():
        path.unlink()
    deliver("balance", balances(100))
    assert ingest(workspace).loaded[0].loaded == 100


def test_I20_lines_with_another_number_of_fields_refuse_the_file(workspace: Workspace, inbox: Path) -> None:
    (inbox / DATA).write_bytes((inbox / DATA).read_bytes().replace(b"\n", b"$x\n"))
    forge(inbox)
    assert "I20: 3 of 3 lines do not have 3 fields (code 18)" in refused(workspace)


def test_I23_a_repeated_key_in_a_snapshot_counts_once(workspace: Workspace, inbox: Path) -> None:
    edit(inbox / DATA, "00003$", "00001$")
    forge(inbox)
    (inbox / MANIFEST).unlink()
    report = ingest(workspace)
    assert (report.loaded[0].loaded, quarantined(workspace)) == (2, [(3, 1, "03003016", "00001$202610$300")])


def test_I22_leading_zeros_make_another_customer(workspace: Workspace, deliver: Callable) -> None:
    table = balances(2).set_column(0, "customer_id", pa.array(["0012345", "12345"]))
    deliver("balance", table)
    ingest(workspace)
    assert len({row["pseudonym"] for row in stored(workspace)}) == 2


def test_I24_an_empty_delivery_is_refused_unless_the_unit_allows_it(workspace: Workspace, deliver: Callable) -> None:
    paths = deliver("balance", balances(1), manifest=False)
    paths[0].write_bytes(b"")
    line = paths[1].read_bytes()
    paths[1].write_bytes(line[:40] + b"0".ljust(20) + b"0".ljust(20) + line[80:])
    assert "I24: the unit may not be empty (code 22)" in refused(workspace)
    owed = {"customer_id": pa.array([], pa.string()), "month": pa.array([], pa.string())}
    owed |= {name: pa.array([], pa.int64()) for name in ("months_owed", "owed_fen", "suspensions_total")}
    for path in workspace.inbox.iterdir():
        path.unlink()
    deliver("arrears", pa.table(owed))
    assert ingest(workspace).loaded[0].rows == 0


def test_I27_call_records_may_be_late_but_not_most_of_them(workspace: Workspace, deliver: Callable) -> None:
    def calls(*days: str) -> pa.Table:
        rows = [
            {"customer_id": "C1", "started_at": datetime.fromisoformat(day), "kind": "voice", "direction": "mo"}
            | {"other_party": "13800000001", "other_operator": "CM", "zone": "local", "duration_s": 60}
            | {"volume_bytes": 0, "charge_fen": 0, "discount_fen": 0}
            for day in days
        ]
        return pa.Table.from_pylist(rows, schema=typed_schema(unit("cdr")))

    deliver("cdr", calls("2026-09-29T08:00", "2026-09-30T08:00", "2026-10-01T08:00"))
    assert "I27: 2 of 3 rows are of another period (code 07)" in refused(workspace)
    deliver("cdr", calls("2026-09-01T00:00", "2026-10-01T08:00", "2026-10-02T08:00"), rr=1)
    assert [one.loaded for one in ingest(workspace).loaded] == [3]


def test_I27_rows_of_another_month_under_the_right_name(workspace: Workspace, inbox: Path) -> None:
    (inbox / DATA).write_bytes((inbox / DATA).read_bytes().replace(b"202610", b"202609"))
    forge(inbox)
    assert "I27: 3 of 3 rows are of another period (code 07)" in refused(workspace)
