import numpy as np
import pytest

from bassboss_lib.learning import Sample, baseline, evaluate
from bassboss_lib.learning.baseline import fit_logistic, fit_untuned
from tests.learning.conftest import table


def test_baselines_rank_better_than_chance(sample: Sample) -> None:
    held = table(1000, seed=3)
    for fit in (fit_logistic, fit_untuned):
        assert evaluate(held.labels, fit(sample)(held.x), replicates=0)["auc"].value > 0.7


def test_logistic_scores_codes_it_never_saw(sample: Sample) -> None:
    odd = sample.x.head(2).copy()
    odd["brand"], odd["calls"] = ["never seen", None], np.nan
    scores = fit_logistic(sample)(odd)
    assert ((scores > 0) & (scores < 1)).all()


def test_of_very_many_rows_logistic_learns_from_an_even_part(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered, held = sample.ordered(), table(200, seed=3)
    half = fit_logistic(ordered.take(np.linspace(0, len(sample) - 1, len(sample) // 2).astype(int)))(held.x)
    monkeypatch.setattr(baseline, "LOGISTIC_ROWS_MAX", len(sample) // 2)
    assert fit_logistic(sample)(held.x).tolist() == half.tolist()
    monkeypatch.setattr(baseline, "LOGISTIC_ROWS_MAX", len(sample))
    assert fit_logistic(sample)(held.x).tolist() != half.tolist()
