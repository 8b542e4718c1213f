from datetime import date
from typing import Any

import pandas as pd
import pytest

from bassboss_lib.warehouse.quality_rules import Rule
from bassboss_lib.warehouse.quality_verdicts import SIGMA_MONTHS_MIN, refuse_blocked, verdicts

TODAY = date(2026, 11, 3)


def _rule(**changes: Any) -> Rule:
    base = {"id": "X001", "unit": "cdr", "dimension": "accuracy", "kind": "rows", "band": "level", "severity": "block"}
    return Rule(**{**base, "low": 0, "high": 10, "zh": "甲", "en": "a", **changes})


def _verdict(rule: Rule, figure: float | None, before: list[float] | None = None, previous: float | None = None) -> str:
    known = {} if previous is None else {"X001": previous}
    return verdicts([rule], {"X001": figure}, {"X001": before or []}, known, TODAY)["verdict"][0]


@pytest.mark.parametrize(
    ("figure", "verdict"), [(0, "pass"), (10, "pass"), (11, "fail"), (-1, "fail"), (None, "unknown")]
)
def test_a_level_includes_its_edges(figure: float | None, verdict: str) -> None:
    assert _verdict(_rule(), figure) == verdict


@pytest.mark.parametrize(
    ("figure", "previous", "verdict"), [(110, 100, "pass"), (130, 100, "fail"), (5, None, "unknown"), (5, 0, "unknown")]
)
def test_a_change_needs_the_month_before(figure: float, previous: float | None, verdict: str) -> None:
    assert _verdict(_rule(band="change", low=-0.2, high=0.2), figure, previous=previous) == verdict


def test_a_waiver_holds_up_to_and_including_its_day_and_keeps_the_gate_open() -> None:
    waiver = {"reason": "plan change", "by": "data steward"}
    last = _rule(waiver={"until": TODAY, **waiver})
    expired = _rule(waiver={"until": date(2026, 11, 2), **waiver})
    assert (_verdict(last, 11), _verdict(expired, 11), _verdict(last, 5)) == ("waived", "fail", "pass")
    refuse_blocked(verdicts([last], {"X001": 11.0}, {}, {}, TODAY), "202610")


def test_a_sigma_band_needs_months_and_is_wider_with_few() -> None:
    rule = _rule(band="sigma", low=-3, high=3)
    past = [100.0, 102.0, 98.0, 101.0, 99.0, 100.0, 103.0, 97.0, 100.0, 101.0, 99.0, 100.0]
    assert _verdict(rule, 104, past[: SIGMA_MONTHS_MIN - 1]) == "unknown"
    assert (_verdict(rule, 104, past), _verdict(rule, 120, past)) == ("pass", "fail")
    few, many = (verdicts([rule], {"X001": 100.0}, {"X001": past[:count]}, {}, TODAY) for count in (6, 12))
    assert float(few["high"][0]) - 100 > float(many["high"][0]) - 100 > 3 * pd.Series(past).std()
