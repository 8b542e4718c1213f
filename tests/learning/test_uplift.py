import numpy as np
import pytest

from bassboss_lib.learning.uplift import better_order, fit_effect, ordering, pseudo_outcomes


def randomised(rows: int, seed: int = 0, heterogeneous: bool = True) -> dict[str, np.ndarray]:
    """Give a campaign in which contact saves who has x1 > 0 and wakes who has x1 < -1; risk hangs on x0 alone."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 4))
    risk = 1 / (1 + np.exp(1.5 - 0.8 * x[:, 0]))
    effect = np.where(x[:, 1] > 0, -0.6, np.where(x[:, 1] < -1, 0.3, 0.0)) * risk if heterogeneous else -0.2 * risk
    treated = random.random(rows) < 0.7
    left = (random.random(rows) < np.clip(risk + treated * effect, 0, 1)).astype(float)
    return {"x": x, "risk": risk, "effect": effect, "treated": treated, "left": left, "e": np.full(rows, 0.7)}


def test_pseudo_outcomes_have_the_effect_as_their_mean() -> None:
    given = randomised(6000)
    pseudo = pseudo_outcomes(given["x"], given["left"], given["treated"], given["e"])
    error = pseudo.std() / np.sqrt(6000)
    assert abs(pseudo.mean() - given["effect"].mean()) < 3 * error
    difference = given["left"][given["treated"]].var() / 4200 + given["left"][~given["treated"]].var() / 1800
    assert error < np.sqrt(difference) * 1.02


@pytest.mark.truth
def test_the_gate_opens_where_effects_differ_and_the_list_is_worth_more_by_the_truth() -> None:
    given = randomised(20_000)
    model = fit_effect(given["x"], given["left"], given["treated"], given["e"])
    n = 20_000
    gate = better_order(-model.pseudo, np.ones(n), -model.cross_fitted, given["risk"])
    assert gate.low > 0
    top = np.argsort(model.cross_fitted)[: n // 4]
    by_risk = np.argsort(-given["risk"])[: n // 4]
    assert -given["effect"][top].sum() > 1.3 * -given["effect"][by_risk].sum()
    assert ordering(-model.cross_fitted, -model.pseudo).qini.low > 0


@pytest.mark.truth
def test_the_gate_stays_shut_where_effects_follow_risk() -> None:
    shut = 0
    for seed in range(5):
        given = randomised(6000, seed, heterogeneous=False)
        model = fit_effect(given["x"], given["left"], given["treated"], given["e"])
        gate = better_order(-model.pseudo, np.ones(6000), -model.cross_fitted, given["risk"])
        shut += gate.low <= 0
    assert shut == 5


def test_qini_of_a_random_order_is_zero_and_of_a_perfect_one_is_not() -> None:
    random = np.random.default_rng(0)
    gain = np.where(random.random(5000) < 0.2, 1.0, 0.0) + random.normal(0, 0.3, 5000)
    by_chance, known = ordering(random.random(5000), gain), ordering(gain, gain)
    assert by_chance.qini.low < 0 < by_chance.qini.high
    assert known.qini.low > 0.05
    assert known.curve[-1] == pytest.approx(gain.mean())


def test_two_orders_are_compared_over_all_lengths() -> None:
    random = np.random.default_rng(1)
    gain, one, other = random.normal(size=(3, 50))
    lists = [[gain[np.argsort(-score)[:length]].sum() for score in (one, other)] for length in range(1, 51)]
    found = better_order(gain, np.ones(50), one, other)
    assert found.value == pytest.approx(np.mean([a - b for a, b in lists]))
    assert found.low < found.value < found.high


def test_what_a_fold_lies_higher_by_does_not_order_its_rows() -> None:
    random = np.random.default_rng(2)
    gain, score = random.normal(size=(2, 60))
    fold = np.arange(60) % 3
    assert better_order(gain, np.ones(60), score + 100 * fold, score, fold).value == pytest.approx(0)
    assert better_order(gain, np.ones(60), score + 100 * fold, score).value != pytest.approx(0)


def test_the_same_rows_give_the_same_effects() -> None:
    given = randomised(800)
    one, other = (fit_effect(given["x"], given["left"], given["treated"], given["e"]).cross_fitted for _ in range(2))
    assert (one == other).all()
