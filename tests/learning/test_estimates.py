import pytest

from bassboss_lib.learning.estimates import Estimate, fold_mean, percentiles, share


def test_share_has_wilsons_interval() -> None:
    found = share(287, 15527)
    assert found.value == pytest.approx(0.018484, abs=1e-6)
    assert (found.low, found.high) == (pytest.approx(0.016482, abs=1e-6), pytest.approx(0.020724, abs=1e-6))


def test_percentiles_cut_two_and_a_half_percent_on_each_side() -> None:
    found = percentiles(50.0, range(101))
    assert (found.low, found.high) == (pytest.approx(2.5), pytest.approx(97.5))


def test_without_replicates_the_figure_stands_alone() -> None:
    assert percentiles(0.7, []) == Estimate(0.7, 0.7, 0.7)


def test_folds_that_share_rows_say_less_than_as_many_samples() -> None:
    values = [0.98, 0.99, 0.985, 0.995, 0.99]
    naive, corrected = fold_mean(values, 0.0), fold_mean(values, 0.25)
    assert naive.value == corrected.value == pytest.approx(0.988)
    half = corrected.high - corrected.value
    assert half == pytest.approx((naive.high - naive.value) * 1.5)  # sqrt((1/5 + 1/4) / (1/5))
