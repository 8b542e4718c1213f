import numpy as np
import pandas as pd
import pytest

from bassboss_lib.care.evaluation import KNOWN, grouped_care
from bassboss_lib.care.tiring import considered_before, tiring
from bassboss_lib.reports.care_evaluate_page import tiring_curve
from bassboss_lib.reports.display import Shown
from bassboss_lib.retention.outcomes import Followed

EACH = -0.4
"""Points that each earlier care takes off the effect."""


def campaigns(seed: int, count: int = 4000) -> list[Followed]:
    """Give three campaigns; glad customers, whom care brings twice as much, are considered far more often."""
    rng = np.random.default_rng(seed)
    glad, names = rng.random(count) < 0.5, np.array([f"c{number:05}" for number in range(count)])
    cares, found = np.zeros(count, int), []
    for month in ("202607", "202610", "202701"):
        who = np.flatnonzero(rng.random(count) < np.where(glad, 0.9, 0.3))
        rows = pd.DataFrame({"care_form": rng.choice(["F01", "F12"], len(who)), "p_control": 0.4, "stratum": "all"})
        rows.index = pd.Index(names[who], name="pseudonym")
        for name in KNOWN:
            rows[name] = rng.normal(0, 1, len(who))
        rows["earlier"], rows["reached"] = cares[who], True
        rows["arm"] = np.where(rng.random(len(who)) < 0.4, "asked", "listed")
        listed = (rows["arm"] == "listed").to_numpy()
        effect = np.where(glad[who], 1.6, 0.8) + EACH * cares[who]
        rows["satisfaction"] = 6 + effect * listed + rng.normal(0, 1, len(who))
        cares[who[listed]] += 1
        found.append(Followed(f"K{month}-01", month, 0, rows, {}))
    return found


def test_the_curve_falls_by_what_each_care_takes_although_the_glad_are_cared_for_more_often() -> None:
    told = campaigns(1)
    found = tiring(told)
    assert found.each is not None
    assert found.each.low < EACH < found.each.high < 0
    assert found.curve["group"].tolist() == ["0", "1", "2"]
    assert np.diff(found.curve["value"]).tolist() == pytest.approx([EACH, EACH], abs=0.15)
    by_people = grouped_care(told, ["earlier"]).set_index("group")["value"]
    assert by_people["1"] - by_people["0"] > EACH / 2  # compares the glad with the reluctant


def test_the_interval_of_what_each_care_takes_covers_it() -> None:
    inside = [
        found.each.low <= EACH <= found.each.high for seed in range(60) if (found := tiring(campaigns(seed, 800))).each
    ]
    assert len(inside) == 60
    assert np.mean(inside) >= 0.88


def test_without_controls_who_are_considered_again_nothing_is_said() -> None:
    assert tiring([]).each is None
    first = campaigns(2)[:1]
    found = tiring(first)
    assert found.each is None
    assert found.curve.empty
    assert "kept back before" in str(tiring_curve(found, "en"))


def test_who_was_considered_counts_whatever_chance_decided_and_only_of_half_a_year() -> None:
    months, arms = ["202603", "202606", "202608", "202609"], ["listed", "control", "universal", "listed"]
    rows = pd.DataFrame({"month": months, "arm": arms, "earlier": [0, 1, 0, 1]}, index=["a"] * 4)
    assert considered_before(rows).tolist() == [0, 1, 2, 2]


def test_the_page_says_what_each_care_changes_and_whether_that_is_settled() -> None:
    shown = tiring_curve(tiring(campaigns(1)), "en")
    assert isinstance(shown, Shown)
    assert "(settled)" in shown.sentence.plain
