from pathlib import Path

import numpy as np
import pytest

from bassboss_lib.errors import CallError
from bassboss_lib.tariff.intent import FILE, fit_intent, prior


def launch(seed: int, size: int, shift: float = -1.8) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    stated = rng.integers(0, 11, size)
    share = (stated + 0.5) / 11
    bought = rng.random(size) < 1 / (1 + np.exp(-(shift + 0.7 * np.log(share / (1 - share)))))
    return stated, bought


def test_before_a_launch_it_is_the_prior_and_stated_is_discounted() -> None:
    said = fit_intent([], [])
    assert said.coefficients.tolist() == [prior().shift.mean, prior().slope.mean, prior().saving.mean]
    assert said.answers == 0
    levels = said.probability(np.arange(11))
    assert np.all(np.diff(levels) > 0)
    assert np.all(levels[5:] < (np.arange(5, 11) + 0.5) / 11)


def test_one_launch_takes_the_bias_away_and_narrows_the_band() -> None:
    stated, bought = launch(1, 800)
    before, after = fit_intent([], []), fit_intent(stated, bought)
    fresh, truth = launch(2, 20_000)
    assert abs(before.probability(fresh).mean() - truth.mean()) > 0.03
    assert abs(after.probability(fresh).mean() - truth.mean()) < 0.02
    spread = [one.draws(fresh[:500], 400, seed=1).mean(axis=1).std() for one in (before, after)]
    assert spread[1] < 0.4 * spread[0]


def test_draws_average_to_the_probability_and_repeat() -> None:
    said = fit_intent([], [])
    drawn = said.draws([2, 8], 20_000, seed=4)
    assert drawn.mean(axis=0) == pytest.approx(said.probability([2, 8]), abs=0.01)
    assert np.array_equal(drawn[:5], said.draws([2, 8], 20_000, seed=4)[:5])


def test_wrong_answers_and_a_wrong_prior_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="not in 0–10"):
        fit_intent([11], [1])
    wrong = tmp_path / "intent.yaml"
    wrong.write_text(FILE.read_text(encoding="utf-8").replace("sd: 0.8", "sd: 0"), encoding="utf-8")
    with pytest.raises(CallError, match=r"shift\.sd"):
        prior(wrong)
