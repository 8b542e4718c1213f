import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.discrete.conditional_models import ConditionalLogit

from bassboss_lib.errors import GateRefused
from bassboss_lib.tariff.choice import Choices, fit_choice, iia_test, model_draws
from bassboss_lib.tariff.menu import add_plan, menu_of
from bassboss_lib.tariff.traits import TRAITS, attribute, history_choices, traits

TRUE = np.array([0.8, -0.5, 0.4])


def choices(seed: int = 3, situations: int = 600, plans: int = 4, each: int = 2, nested: float = 0.0) -> Choices:
    """Simulated choices; with ``nested`` the last two plans are near copies of each other."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(situations, plans, 3))
    noise = rng.gumbel(size=(situations, plans))
    noise[:, -1] = (1 - nested) * noise[:, -1] + nested * noise[:, -2]
    taken = (x @ TRUE + noise).argmax(axis=1)
    made = history_choices(x, taken, np.arange(situations) // each)
    return Choices(("a", "b", "c"), made.x, made.situation, made.chosen, made.alternative, made.cluster)


def test_equals_statsmodels_conditional_logit() -> None:
    data = choices()
    ours = fit_choice(data)
    theirs = ConditionalLogit(data.chosen.astype(int), data.x, groups=data.situation).fit(disp=0, gtol=1e-9)
    assert ours.coefficients == pytest.approx(theirs.params, abs=1e-4)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)
    assert ours.equal_chances == pytest.approx(600 * np.log(1 / 4))
    for place, name in enumerate("abc"):
        assert abs(ours.coefficients[place] - TRUE[place]) < 4 * ours.error(name)


def test_the_clustered_covariance_equals_statsmodels_logit() -> None:
    data = choices(plans=2)
    pairs = data.x.reshape(-1, 2, 3)
    first = data.chosen.reshape(-1, 2)[:, 0].astype(float)
    groups = data.cluster[::2]
    logit = sm.Logit(first, pairs[:, 0] - pairs[:, 1]).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    ours, clusters = fit_choice(data), len(np.unique(groups))
    assert ours.covariance == pytest.approx(logit.cov_params() * clusters / (clusters - 1), rel=1e-3, abs=1e-7)


def test_choices_that_are_none_are_refused() -> None:
    data = choices(situations=20)
    none = Choices(data.names, data.x, data.situation, np.zeros(80, dtype=bool), data.alternative, data.cluster)
    with pytest.raises(GateRefused, match="20 of 20 situations"):
        fit_choice(none)
    with pytest.raises(GateRefused, match="more than 3 situations"):
        fit_choice(choices(situations=3))


def test_a_ridge_draws_coefficients_towards_zero() -> None:
    data = choices(situations=30)
    assert np.abs(fit_choice(data, ridge=5.0).coefficients).sum() < np.abs(fit_choice(data).coefficients).sum()


def test_near_copies_are_named_by_the_iia_test_and_independent_plans_are_not() -> None:
    plain, copies = choices(seed=5, situations=4_000), choices(seed=5, situations=4_000, nested=0.95)
    assert iia_test(plain, fit_choice(plain), [3])[3] > 0.01
    assert iia_test(copies, fit_choice(copies), [3])[3] < 0.001


def test_draws_spread_as_the_covariance_and_repeat() -> None:
    model = fit_choice(choices())
    drawn = np.array([one.coefficients for one in model_draws(model, 4_000, seed=1)])
    assert np.cov(drawn.T) == pytest.approx(model.covariance, rel=0.15, abs=5e-4)
    assert np.array_equal(drawn[0], model_draws(model, 4_000, seed=1)[0].coefficients)


@given(st.integers(0, 500), st.integers(1, 6))
def test_gain_from_the_cached_log_sum_equals_the_whole_menu_anew(seed: int, plans: int) -> None:
    rng = np.random.default_rng(seed)
    v, revenue = rng.normal(0, 3, (20, plans + 1)), rng.integers(0, 20_000, (20, plans + 1))
    margin = revenue - rng.integers(0, 9_000, (20, 1))
    before, whole = (menu_of(v[:, :end], revenue[:, :end], margin[:, :end]) for end in (plans, plans + 1))
    added = add_plan(before, v[:, -1], revenue[:, -1], margin[:, -1])
    assert added.margin_change_fen == pytest.approx((whole.margin_fen - before.margin_fen).sum(), abs=1e-6)
    assert added.revenue_change_fen == pytest.approx((whole.revenue_fen - before.revenue_fen).sum(), abs=1e-6)
    assert added.menu.log_sum == pytest.approx(whole.log_sum)
    gained = float((added.probability * margin[:, -1]).sum())
    assert added.margin_change_fen == pytest.approx(gained - added.cannibalised_fen, abs=1e-6)


def test_traits_by_hand() -> None:
    current = [[5000, 7000], [4000, 4000]]
    bills = np.array([[[6000, 5000], [6000, 7000]], [[6000, 4000], [6000, 4000]]])
    said = traits(current, bills, [[0.5, 0.0], [0.9, 0.0]], fee_fen=[6000, 1000], own=[1, 1], tenure_months=[6, 30])
    assert said.shape == (2, 2, len(TRAITS))
    assert said[0, 0].tolist() == [0.0, 10.0, 1.0, 0.5, 1.0, 0.5]
    assert said[0, 1].tolist() == [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert said[1, 0].tolist() == [-20.0, 0.0, 1.0, 0.9, 1.0, 2.5]


def test_attributions_equal_shap_and_sum_to_the_log_odds() -> None:
    with warnings.catch_warnings():  # shap's import warns about matplotlib's own ways
        warnings.simplefilter("ignore")
        import shap

    model, x = fit_choice(choices()), choices(seed=9, situations=50).x[::4]
    said = attribute(model, x)
    explainer = shap.LinearExplainer((model.coefficients, 0.0), shap.maskers.Independent(x, max_samples=len(x)))
    assert said.values == pytest.approx(explainer.shap_values(x), abs=1e-9)
    assert said.values.sum(axis=1) + said.base == pytest.approx(model.utility(x))
    assert list(said.importance()) == ["a", "b", "c"]
