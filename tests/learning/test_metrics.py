import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as reference_log_loss

from bassboss_lib.learning import difference, evaluate
from bassboss_lib.learning.metrics import Counted, Ranked, auc, auc_delong, pr_auc

PROBABILITY = st.floats(0.01, 0.99).map(lambda p: round(p, 2))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), PROBABILITY), min_size=4, max_size=40))
def test_figures_equal_those_of_scikit_learn_with_ties(rows: list[tuple[bool, float]]) -> None:
    y, p = np.array([int(row[0]) for row in rows]), np.array([row[1] for row in rows])
    if len(set(y)) < 2:
        return
    figures = evaluate(y, p, replicates=0)
    assert figures["auc"].value == pytest.approx(roc_auc_score(y, p))
    assert figures["pr_auc"].value == pytest.approx(average_precision_score(y, p))
    assert figures["log_loss"].value == pytest.approx(reference_log_loss(y, p))
    assert figures["brier"].value == pytest.approx(brier_score_loss(y, p))


def test_counting_a_row_twice_equals_writing_it_twice() -> None:
    y, p, counts = np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.4, 0.4]), np.array([2, 1, 3, 2])
    once = Ranked.of(np.repeat(y, counts), np.repeat(p, counts))
    ranked = Ranked.of(y, p)
    counted = Counted(ranked, counts[ranked.positions].astype(float))
    for metric in (auc, pr_auc):
        assert metric(counted) == pytest.approx(metric(Counted(once, np.ones(8))))


def test_lift_takes_the_top_rows_and_breaks_ties_by_key_order() -> None:
    y = np.array([1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    assert evaluate(y, np.full(10, 0.2), replicates=0)["lift_10pct"].value == 5.0
    assert evaluate([*y[1:].tolist(), 1], np.full(10, 0.2), replicates=0)["lift_10pct"].value == 0.0


def test_log_loss_of_saying_the_same_of_everybody() -> None:
    y = np.array([1] * 287 + [0] * 15240)
    figures = evaluate(y, np.linspace(0.01, 0.5, len(y)), base_rate=0.0196, replicates=0)
    assert figures["log_loss_constant"].value == pytest.approx(0.0921, abs=5e-5)


def test_delong_interval_of_a_worked_example() -> None:
    # By hand: placements 1, .8, .8, .6 and .25, .75, 1, 1, 1; variance .0266667 / 4 + .10625 / 5 = .0279167.
    y = np.array([1, 0, 1, 0, 1, 1, 0, 0, 0])
    p = np.array([0.9, 0.8, 0.7, 0.6, 0.65, 0.5, 0.4, 0.3, 0.2])
    found = auc_delong(Ranked.of(y, p))
    assert found.value == pytest.approx(0.8)
    assert (found.low, found.high) == (pytest.approx(0.3406, abs=1e-4), pytest.approx(0.9687, abs=1e-4))


def test_intervals_hold_the_value_and_are_repeatable() -> None:
    random = np.random.default_rng(3)
    p = random.uniform(0.02, 0.6, 800)
    y = (random.random(800) < p).astype(int)
    first, second = evaluate(y, p, replicates=100, seed=1), evaluate(y, p, replicates=100, seed=1)
    assert first == second
    for name in ("auc", "pr_auc", "lift_10pct", "log_loss", "brier"):
        assert first[name].low < first[name].value < first[name].high
    assert first["calibration_slope"].low < 1 < first["calibration_slope"].high


def test_a_better_ranking_is_told_from_noise() -> None:
    random = np.random.default_rng(4)
    p = random.uniform(0.02, 0.8, 600)
    y = (random.random(600) < p).astype(int)
    better = difference(y, p, random.permutation(p), "auc", replicates=200)
    assert better.low > 0
    same = difference(y, p, np.clip(p + random.normal(0, 1e-4, 600), 0.01, 0.99), "auc", replicates=200)
    assert same.low <= 0 <= same.high


def test_a_row_that_stands_for_three_counts_as_three() -> None:
    random = np.random.default_rng(3)
    p = random.beta(1, 4, 400).round(4)
    y = (random.random(400) < p).astype(float)
    weight = random.integers(1, 4, 400)
    repeated, times = np.repeat(np.arange(400), weight), {"base_rate": 0.2, "replicates": 200}
    weighted = evaluate(y, p, weight=weight, **times)
    once = evaluate(y[repeated], p[repeated], **times)
    for name in ("auc", "pr_auc", "lift_5pct", "lift_10pct", "log_loss", "brier", "base_rate", "calibration_slope"):
        assert weighted[name].value == pytest.approx(once[name].value, abs=1e-6), name
    for name in ("auc", "log_loss", "base_rate", "calibration_slope"):
        assert weighted[name].high - weighted[name].low > once[name].high - once[name].low, name
