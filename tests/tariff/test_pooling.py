import numpy as np
import pytest

from bassboss_lib.errors import GateRefused
from bassboss_lib.tariff.pooling import pool


def test_pooling_beats_both_the_raw_share_and_the_mean_of_all() -> None:
    rng = np.random.default_rng(7)
    truth, trials = rng.beta(3, 15, 200), rng.integers(3, 41, 200)
    hits = rng.binomial(trials, truth)
    said = pool(hits, trials)
    error = {name: np.sqrt(np.mean((said.segments[name] - truth) ** 2)) for name in ("raw", "pooled")}
    everybody = np.sqrt(np.mean((hits.sum() / trials.sum() - truth) ** 2))
    assert error["pooled"] < 0.75 * error["raw"]
    assert error["pooled"] < 0.9 * everybody
    assert said.mean == pytest.approx(3 / 18, abs=0.02)
    covered = (said.segments["low"] <= truth) & (truth <= said.segments["high"])
    assert 0.83 <= covered.mean() <= 0.96


def test_nobody_all_yes_and_a_segment_without_answers() -> None:
    with pytest.raises(GateRefused, match="nobody answered"):
        pool([0, 0], [0, 0])
    sure = pool([4, 6], [4, 6]).segments
    assert (sure["pooled"] > 0.85).all()
    assert (sure["high"] <= 1).all()
    empty = pool([3, 0, 5], [20, 0, 20])
    assert empty.segments["pooled"][1] == pytest.approx(empty.mean)
    assert np.isnan(empty.segments["raw"][1])
