from datetime import date, datetime

import numpy as np
import pytest

from bassboss_lib.errors import InputRefused
from bassboss_lib.rating import make_usage
from bassboss_lib.rating.catalogue import Timing
from bassboss_lib.rating.moments import EPOCH, FIRST_DAY, clockwork, day_kind, holds
from bassboss_lib.rating.usage import chronological, local_seconds, month_numbers

NIGHT = Timing.model_validate({"from": "21:00", "to": "08:00"})
WORK_NIGHT = Timing.model_validate({"weekdays": [1, 2, 3, 4, 5], "from": "21:00", "to": "08:00"})
WEEKEND = Timing.model_validate({"weekdays": [6, 7], "holidays": "CN"})


@pytest.mark.parametrize(
    ("moment", "night", "work_night", "weekend"),
    [
        ("2026-10-12T20:59:59", False, False, False),
        ("2026-10-12T21:00:00", True, True, False),
        ("2026-10-17T07:59:59", True, False, True),
        ("2026-10-01T12:00:00", False, False, True),
        ("2026-10-10T22:00:00", True, False, False),
    ],
)
def test_timings_hold_by_clock_and_calendar(moment: str, night: bool, work_night: bool, weekend: bool) -> None:
    at = datetime.fromisoformat(moment)
    assert [holds(one, at) for one in (NIGHT, WORK_NIGHT, WEEKEND)] == [night, work_night, weekend]


def test_atoms_tell_every_minute_what_the_calendar_says() -> None:
    timings = {"night": NIGHT, "work night": WORK_NIGHT, "weekend": WEEKEND}
    made = clockwork(timings)
    for day in (date(2026, 10, 1), date(2026, 10, 10), date(2026, 10, 12), date(2026, 10, 17)):
        kind = int(made.day_kinds[(day - FIRST_DAY).days])
        assert kind == day_kind(day)
        for minute in range(0, 1440, 30):
            at = datetime(day.year, day.month, day.day, minute // 60, minute % 60)
            held = {name for name, timing in timings.items() if holds(timing, at)}
            assert made.atoms[made.atom_of[kind, minute]] == held


def test_utc_becomes_local_time_across_the_change_of_the_clock() -> None:
    utc = np.array(["2026-11-01T05:30:00", "2026-11-01T06:30:00"], "datetime64[s]").astype(np.int64)
    local = local_seconds(utc, "America/New_York").astype("datetime64[s]").astype(str).tolist()
    assert local == ["2026-11-01T01:30:00", "2026-11-01T01:30:00"]
    shanghai = local_seconds(np.array(["2026-10-31T16:00:00"], "datetime64[s]").astype(np.int64), "Asia/Shanghai")
    assert month_numbers(shanghai).tolist() == [12 * 2026 + 10]


def test_events_of_one_second_keep_their_order() -> None:
    assert chronological(np.array([2, 1, 1, 1]), np.array([0, 5, 5, 4])).tolist() == [3, 1, 2, 0]


@pytest.mark.parametrize(
    ("units", "started_s", "owner"),
    [([-1, 0], [0, 1], [0, 0]), ([1.5, 2.0], [0, 1], [0, 0]), ([1 << 43, 0], [0, 1], [0, 0]), ([1, 1], [1, 0], [1, 0])],
)
def test_impossible_or_unordered_events_are_refused(units: list, started_s: list, owner: list) -> None:
    start = (date(2026, 10, 12) - EPOCH).days * 86_400
    with pytest.raises(InputRefused):
        make_usage(np.array(owner), np.array(started_s) + start, np.zeros(2, np.int16), np.array(units))
