from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bassboss_lib.contracts import Field, Unit, check, to_text, unit, units
from bassboss_lib.contracts.check import REASONS
from bassboss_lib.errors import GateRefused
from bassboss_lib.exchange.content import content
from bassboss_lib.exchange.data_files import write_parts
from bassboss_lib.exchange.names import Stem
from bassboss_lib.exchange.parsing import parse_files
from tests.contracts.strategies import tables
from tests.faults.stranger import good_rows

PROFILES = ["fixed", "delimited"]
UNITS = [one.name for one in units()]
PERIODS = {"month": "202610", "day": "20261031"}
CASES = [(one.name, PERIODS[cycle]) for one in units() for cycle in one.cycles]
BAD = {"fixed": ["\t", "\n", "\r\n", "\x00", "\x7f", "\x1b"], "delimited": ["$", "\n", "\r", "\x00", "\ufeff"]}
FOUR_BYTES = ["𠮷", "😀", "㐂", "𪚥"]


def period_of(layout: Unit) -> str:
    return PERIODS[layout.cycle]


def shaped(name: str, profile: str) -> Unit:
    return replace(unit(name), profile=profile)


def written_and_read(layout: Unit, table: pa.Table, bytes_max: int, period: str) -> tuple[list[dict], list[dict]]:
    """Write a table, maybe as several files, and read it by the library and by a stranger."""
    said = content(layout, table, period)
    with TemporaryDirectory() as folder:
        stem = Stem(layout.modes[0], "10000", period, layout.code, 0)
        parts = write_parts(Path(folder), layout, stem, said.text, bytes_max)
        found = parse_files(layout, period, [(part.file, Path(folder) / part.file, part.rows) for part in parts])
        contents = [(Path(folder) / part.file).read_bytes() for part in parts]
    assert found.rejects.num_rows == 0
    assert (found.totals, found.key_hash) == (said.totals, said.key_hash)
    return found.table.to_pylist(), good_rows(layout, period, contents)


@pytest.mark.faults
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("name", "period"), CASES)
def test_O24_what_the_writer_accepts_is_read_back_equal(name: str, period: str, profile: str) -> None:
    layout = shaped(name, profile)

    @settings(max_examples=40, deadline=None)
    @given(table=tables(layout, period), files=st.integers(1, 3))
    def holds(table: pa.Table, files: int) -> None:
        bytes_max = max(layout.record_bytes, layout.record_bytes * table.num_rows // files)
        ours, strange = written_and_read(layout, table, bytes_max, period)
        assert ours == table.to_pylist()
        assert strange == ours

    holds()


def texts(layout: Unit) -> list[Field]:
    return [one for one in layout.fields if one.type == "text" and one.name not in layout.key]


@pytest.mark.faults
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", UNITS)
def test_O24_what_must_be_refused_names_row_and_field_and_never_the_value(name: str, profile: str) -> None:
    layout = shaped(name, profile)

    @settings(max_examples=25, deadline=None)
    @given(table=tables(layout, period_of(layout), max_size=4), data=st.data())
    def holds(table: pa.Table, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(texts(layout)))
        row = data.draw(st.integers(0, table.num_rows - 1))
        wide = data.draw(st.sampled_from(FOUR_BYTES)) * (one.width // 4) + "12345"
        value = data.draw(st.sampled_from([*BAD[profile], wide, wide + "\ufffd"]))
        spoilt = "姓" + value if value in BAD[profile] else value
        values = table[one.name].to_pylist()
        values[row] = spoilt
        changed = table.set_column(layout.index(one.name) - 1, one.name, pa.array(values, pa.string()))
        with pytest.raises(GateRefused) as caught:
            content(layout, changed, period_of(layout))
        line = caught.value.line()
        assert f"O24: 1 rows cannot be written; the first: {REASONS[5]['en']}" in line
        assert f"row {row + 1}, field {one.name}" in line
        assert spoilt not in line

    if texts(layout):
        holds()


@pytest.mark.parametrize("profile", PROFILES)
def test_O24_a_value_of_four_byte_characters_may_fill_its_width_exactly(profile: str) -> None:
    layout = shaped("customer", profile)
    name = "".join(FOUR_BYTES) * 3 + "𠮷😀" + "ab12"
    assert len(name.encode("gb18030")) == layout.field("name").width
    table = tables_of_one(layout, name)
    ours, strange = written_and_read(layout, table, 2_000_000, period_of(layout))
    assert ours == strange == table.to_pylist()
    with pytest.raises(GateRefused, match="row 1, field name"):
        written_and_read(layout, tables_of_one(layout, name + "1"), 2_000_000, period_of(layout))


def tables_of_one(layout: Unit, name: str) -> pa.Table:
    from tests.exchange.conftest import customers

    return customers(name=[name, None])


def test_O24_a_lone_surrogate_is_refused_with_its_row() -> None:
    broken = pa.array([b"ok", b"\xed\xa0\x80"], pa.binary()).view(pa.string())
    layout = unit("customer")
    table = tables_of_one(layout, "x")
    with pytest.raises(GateRefused, match=r"not Unicode.*field name, row 2"):
        to_text(layout, table.set_column(layout.index("name") - 1, "name", broken))


def test_a_key_hash_of_many_rows_is_that_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    from bassboss_lib.contracts import text as texts_module

    keys = pa.table({"customer_id": [f"客{n}" for n in range(50)]})
    one_by_one = texts_module.key_hashes(unit("balance"), keys)
    monkeypatch.setattr(texts_module, "MANY", 1)
    assert texts_module.key_hashes(unit("balance"), keys).tolist() == one_by_one.tolist()


def test_rows_are_numbered_and_summed_through_all_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys.modules["bassboss_lib.contracts.check"], "BLOCK_ROWS", 4)
    names = [f"{n:03d}" for n in range(11)]
    amounts = [str(n) for n in range(11)]
    names[9], amounts[5] = "001", "x"
    text = pa.table({"customer_id": names, "month": ["202610"] * 11, "balance_fen": amounts})
    found = check(unit("balance"), text, "202610")
    assert [(row["row"], row["reason"]) for row in found.rejects.to_pylist()] == [(6, 2), (10, 6)]
    assert (found.table.num_rows, found.totals) == (9, {"balance_fen": None})
