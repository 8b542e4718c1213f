from datetime import datetime

import pyarrow as pa
import pytest

from bassboss_lib.contracts import unit
from bassboss_lib.contracts.reading import READERS, belated, out_of_period

MOMENT = next(one for one in unit("cdr").fields if one.type == "timestamp")
WRONG = [
    "20260230000000",
    "20261301000000",
    "20260100000000",
    "20260101240000",
    "20260101006000",
    "20260101000060",
    "18991231235959",
    "21000101000000",
    "020260101000000",
    "2026010100000",
    "2026010100000x",
    "",
]


def test_times_are_told_at_once_as_they_are() -> None:
    texts = ["19000101000000", "20240229235959", "20991231000001"]
    times, wrong = READERS["timestamp"](MOMENT, pa.chunked_array([texts]))
    assert times.to_pylist() == [
        datetime(1900, 1, 1),
        datetime(2024, 2, 29, 23, 59, 59),
        datetime(2099, 12, 31, 0, 0, 1),
    ]
    assert (wrong.tolist(), times.type) == ([False] * 3, pa.timestamp("s"))


def test_I27_a_call_record_is_of_its_month_or_late_by_one() -> None:
    texts = ["20251130235959", "20251201000000", "20251231235959", "20260101000000", "20260131235959", "20260201000000"]
    times, _ = READERS["timestamp"](MOMENT, pa.chunked_array([texts]))
    bounds = ("202601", datetime(2026, 1, 1), datetime(2026, 1, 31, 23, 59, 59))
    assert out_of_period(MOMENT, times, bounds).tolist() == [True, False, False, False, False, True]
    assert belated(MOMENT, times, "202601").tolist() == [True, True, True, False, False, False]


@pytest.mark.parametrize("text", WRONG)
def test_a_time_that_is_none_spoils_itself_only(text: str) -> None:
    times, wrong = READERS["timestamp"](MOMENT, pa.chunked_array([["20260131235959", text]]))
    assert times.to_pylist() == [datetime(2026, 1, 31, 23, 59, 59), None]
    assert wrong.tolist() == [False, True]
