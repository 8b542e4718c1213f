import pytest

from bassboss_lib.contracts import Unit, check, units
from bassboss_lib.contracts.handbook import example, example_period, layout


@pytest.mark.parametrize("unit", units(), ids=lambda unit: unit.name)
def test_the_example_of_every_unit_is_valid(unit: Unit) -> None:
    found = check(unit, example(unit), example_period(unit))
    assert found.rejects.to_pylist() == []
    assert found.table.num_rows == 1


@pytest.mark.parametrize("unit", units(), ids=lambda unit: unit.name)
def test_the_layout_fills_the_record_without_gaps(unit: Unit) -> None:
    rows = layout(unit)
    if unit.profile != "fixed":
        assert {row.first for row in rows} == {0}
        return
    assert rows[0].first == 1
    assert [row.last + 1 for row in rows[:-1]] == [row.first for row in rows[1:]]
    assert rows[-1].last + 2 == unit.record_bytes
    assert [row.place for row in rows] == list(range(len(unit.fields) + 1))


def test_ranges_and_value_lists_are_named() -> None:
    allowed = {(unit.name, row.field.name): row.allowed for unit in units() for row in layout(unit)}
    assert allowed["cdr", "duration_s"] == "0 – 86400"
    assert allowed["cdr", "charge_fen"] == "≥ 0"
    assert allowed["cdr", "kind"] == "cdr_kind"
    assert allowed["balance", "balance_fen"] == ""
