import numpy as np

from bassboss_lib.learning import Sample, evaluate
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
