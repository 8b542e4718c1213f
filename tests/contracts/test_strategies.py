import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bassboss_lib.contracts import Unit, check, to_text, units
from tests.contracts.strategies import tables

PERIODS = {"month": "202610", "day": "20261031"}
CASES = [(unit, PERIODS[cycle]) for unit in units() for cycle in unit.cycles]


@pytest.mark.parametrize(("unit", "period"), CASES, ids=[f"{unit.name} {period}" for unit, period in CASES])
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(data=st.data())
def test_random_rows_of_every_unit_hold(unit: Unit, period: str, data: st.DataObject) -> None:
    table = data.draw(tables(unit, period, max_size=5))
    found = check(unit, to_text(unit, table), period)
    assert found.rejects.to_pylist() == []
    assert found.table.equals(pa.Table.from_pylist(table.to_pylist(), schema=found.table.schema))
