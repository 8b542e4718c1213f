"""Forecasts, wake-up effect and the map from stated to actual, against potential outcomes of the stand-in BOSS."""

import numpy as np
import pytest

from bassboss_lib.tariff.aftermath import left_more
from tests.tariff.stand_in import DESIGNS, StandIn

COPIES = 10
Scores = dict[str, float]


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> StandIn:
    return StandIn(tmp_path_factory.mktemp("stand-in") / "work")


def scores(operator: StandIn, surveys: int, *, words: bool) -> Scores:
    """Ask again and again about plans drawn by chance; give coverage of the intervals, and bias of every estimate.

    ``words``: forecast from what people say, after another plan was launched; else from what those who answered do.
    """
    random, rows = np.random.default_rng(1), []
    for seed in range(surveys):
        plan, other = random.permutation(len(DESIGNS))[:2].tolist()
        copies = random.integers(0, COPIES, 2).tolist()
        asked = operator.ask(plan, copies[0], seed)
        past = operator.ask(other, copies[1], surveys + seed) if words else None
        said = asked.by_words(past, seed) if words else asked.by_deeds()
        row = {f"{name}_covered": said[name].low <= true <= said[name].high for name, true in asked.truth.items()}
        row |= {f"{name}_bias": value - asked.truth["take_up"] for name, value in asked.naive().items()}
        rows.append(row | {"take_up_bias": said["take_up"].value - asked.truth["take_up"]})
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


@pytest.mark.truth
def test_intervals_cover_the_stand_ins_truth_in_300_surveys(operator: StandIn) -> None:
    said = scores(operator, 300, words=False)
    assert 0.86 <= said["take_up_covered"] <= 0.94, said
    assert 0.86 <= said["revenue_change_fen_covered"] <= 0.94, said
    assert abs(said["take_up_bias"]) < 0.006
    assert said["naive_bias"] > 0.15
    assert said["unadjusted_bias"] > 0.05


@pytest.mark.truth
def test_once_a_launch_was_seen_what_people_say_is_no_longer_biased(operator: StandIn) -> None:
    asked = [operator.ask(0, copy, copy) for copy in range(8)]
    past = [operator.ask(1, copy, 100 + copy) for copy in range(8)]
    before, after = [], []
    for seed, (one, earlier) in enumerate(zip(asked, past, strict=True)):
        bands = (one.by_words(None, seed)["take_up"], one.by_words(earlier, seed)["take_up"])
        before.append(bands[0].value - one.truth["take_up"])
        after.append(bands[1].value - one.truth["take_up"])
        assert bands[1].error < 0.6 * bands[0].error
    assert abs(np.mean(after)) < 0.02
    assert abs(np.mean(after)) < abs(np.mean(before))


@pytest.mark.truth
def test_the_wake_up_effect_is_recovered_within_its_interval(operator: StandIn) -> None:
    inside, effects = [], []
    for seed in range(300):
        asked, control, effect = operator.woken(seed % COPIES, seed, 1_500)
        band = left_more(asked, np.ones(len(asked)), control, np.ones(len(control)))
        inside.append(band.low <= effect <= band.high)
        effects.append((effect, band.value))
    true, found = np.mean(effects, axis=0)
    assert true > 0.002
    assert found == pytest.approx(true, abs=0.002)
    assert 0.86 <= np.mean(inside) <= 0.97  # both groups are drawn from one finite population: a little too wide


@pytest.mark.slow
def test_intervals_cover_the_stand_ins_truth_in_2000_surveys(operator: StandIn) -> None:
    said = scores(operator, 2_000, words=False)
    assert 0.88 <= said["take_up_covered"] <= 0.92, said
    assert 0.88 <= said["revenue_change_fen_covered"] <= 0.92, said


@pytest.mark.slow
def test_segments_as_strata_err_less_than_classes_of_the_impact(operator: StandIn) -> None:
    random, squares = np.random.default_rng(6), {"segment": np.zeros(2), "impact": np.zeros(2)}
    for seed in range(400):
        place, copy = int(random.integers(len(DESIGNS))), int(random.integers(COPIES))
        for by, found in squares.items():
            asked = operator.ask(place, copy, 9_000 + seed, by=by)
            said = asked.by_deeds()
            found += [(said[name].value - true) ** 2 for name, true in asked.truth.items()]
    ratios = dict(zip(("take_up", "revenue_change_fen"), squares["segment"] / squares["impact"], strict=True))
    print({name: round(ratio, 3) for name, ratio in ratios.items()})
    assert ratios["take_up"] < 0.95
    assert ratios["revenue_change_fen"] < 0.85


@pytest.mark.slow
def test_forecasts_from_words_cover_after_one_launch_of_another_plan(operator: StandIn) -> None:
    said = scores(operator, 1_000, words=True)
    for name in ("take_up_covered", "revenue_change_fen_covered"):
        assert 0.87 <= said[name] <= 0.96, said  # plans differ less here than an operator must expect
    assert abs(said["take_up_bias"]) < 0.01
