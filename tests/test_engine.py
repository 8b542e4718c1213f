import tempfile
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib import engine as engines
from bassboss_lib.engine import Engine, read_pieces, read_table, write_table
from bassboss_lib.errors import CallError, DiskFailed


def test_sums_come_back_as_whole_numbers_in_the_order_asked_for(tmp_path: Path) -> None:
    rows = pa.table({"key": ["b", "a", "b"], "fen": [1, 2, 3]})
    path = write_table(rows, tmp_path / "x.parquet", [])
    with Engine(tmp_path) as engine:
        summed = engine.scan([path]).group_by("key").agg(nw.col("fen").sum())
        table = engine.collect(summed, ["key"])
    assert table.to_pylist() == [{"key": "a", "fen": 2}, {"key": "b", "fen": 4}]
    assert table.schema.field("fen").type == pa.int64()


def test_S06_the_engine_reads_only_below_its_folders(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    write_table(pa.table({"a": [1]}), outside / "x.parquet", [])
    inside.mkdir()
    with Engine(inside) as engine, pytest.raises(Exception, match="Permission Error"):
        engine.scan([outside / "x.parquet"])


def test_the_same_rows_in_another_order_give_the_same_bytes(tmp_path: Path) -> None:
    one = write_table(pa.table({"key": ["b", "a"], "n": [1, 2]}), tmp_path / "1.parquet", ["key"])
    two = write_table(pa.table({"key": ["a", "b"], "n": [2, 1]}), tmp_path / "2.parquet", ["key"])
    assert one.read_bytes() == two.read_bytes()


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").mkdir()
    with pytest.raises(DiskFailed, match="table not written"):
        write_table(pa.table({"a": [1]}), tmp_path / "x.parquet", [])
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]


def test_nothing_to_scan_is_said(tmp_path: Path) -> None:
    with Engine(tmp_path) as engine, pytest.raises(CallError, match="no file to scan"):
        engine.scan([])


def test_files_are_read_in_their_order(tmp_path: Path) -> None:
    for name, value in (("b", 1), ("a", 2)):
        pq.write_table(pa.table({"v": [value]}), tmp_path / name)
    assert read_table([tmp_path / "b", tmp_path / "a"])["v"].to_pylist() == [1, 2]


def test_pieces_are_row_groups_in_the_order_of_files(tmp_path: Path) -> None:
    for name, values in (("b", [1, 2, 3]), ("a", [4])):
        pq.write_table(pa.table({"v": values, "w": values}), tmp_path / name, row_group_size=2)
    pieces = list(read_pieces([tmp_path / "b", tmp_path / "a"], ["v"]))
    assert [piece.to_pydict() for piece in pieces] == [{"v": [1, 2]}, {"v": [3]}, {"v": [4]}]


def test_a_long_query_draws_no_bar_into_what_a_command_says(tmp_path: Path) -> None:
    with Engine(tmp_path) as engine:
        shown = engine.sql("SELECT current_setting('enable_progress_bar') AS shown")
    assert shown.to_pylist() == [{"shown": False}]


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 3) | st.none()), min_size=1, max_size=30))
def test_repeats_are_what_lies_beyond_the_first_of_a_key(rows: list[tuple[str | None, int | None]]) -> None:
    who, when = zip(*rows, strict=True)
    table = pa.table({"who": pa.array(who, pa.string()), "when": pa.array(when, pa.int64()), "other": range(len(rows))})
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        Engine(Path(folder)) as engine,
    ):
        patch.setattr(engines, "HASHES_AT_ONCE", 2)
        frame = engine.scan([write_table(table, Path(folder) / "x.parquet", [])])
        assert engine.repeats(frame, ["who", "when"]) == len(rows) - len(set(rows))
        assert engine.repeats(frame, ["other"]) == 0
