import numpy as np
import pytest

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.learning import (
    Explanation,
    Sample,
    beeswarm,
    dependence,
    fit_model,
    group_importance,
    importance,
    waterfall,
)
from bassboss_lib.learning.explanations import _few, _many, contributions
from bassboss_lib.reports import captions_model as captions
from tests.learning.conftest import QUICK

A = Feature("a", "bill", "fen", "甲", "A")
B = Feature("b", "bill", "fen", "乙", "B")
C = Feature("c", "call", "s", "丙", "C")
PHI = np.array([[0.5, -0.4, 0.1], [-0.3, 0.3, 0.2]])
X = np.array([[10.0, 1.0, np.nan], [20.0, 2.0, 7.0]])
EXPLAINED = Explanation(PHI, -1.0, X, (A, B, C))


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # importing shap
def test_woodelf_equals_shaps_own_algorithm(sample: Sample) -> None:
    import shap

    model = fit_model(sample, None, QUICK)
    x = model.encoding.matrix(sample.x.head(200))
    # For LightGBM shap hands the work to LightGBM; loading its own trees forces its own algorithm.
    explainer = shap.TreeExplainer(model.booster, feature_perturbation="tree_path_dependent")
    assert explainer.model.model_type == "lightgbm"
    explainer.model.model_type = "internal"
    reference = explainer.shap_values(x, check_additivity=False)
    np.testing.assert_allclose(_many(model.booster, x), reference, atol=1e-4)
    np.testing.assert_allclose(_few(model.booster, x), reference, atol=1e-4)


def test_contributions_add_up_to_the_raw_score(sample: Sample) -> None:
    model = fit_model(sample, None, QUICK)
    x = model.encoding.matrix(sample.x)
    phi, base = contributions(model.booster, x)
    np.testing.assert_allclose(phi.sum(axis=1) + base, model.raw(sample.x), atol=1e-4)


def test_no_rows_have_no_contributions(sample: Sample) -> None:
    model = fit_model(sample, None, QUICK)
    assert model.contributions(sample.x.head(0)).shape == (0, 3)


def test_importance_is_mean_absolute_and_sorted() -> None:
    found = importance(EXPLAINED)
    assert found["name"].tolist() == ["a", "b", "c"]
    assert found["mean_abs"].tolist() == pytest.approx([0.4, 0.35, 0.15])


def test_features_of_a_group_that_offset_each_other_count_once() -> None:
    found = group_importance(EXPLAINED)
    assert found["group"].tolist() == ["call", "bill"]
    assert found["mean_abs"].tolist() == pytest.approx([0.15, 0.05])


def test_beeswarm_levels_run_from_zero_to_one() -> None:
    points = beeswarm(EXPLAINED, top=2)
    assert points["name"].tolist() == ["a", "a", "b", "b"]
    assert points["level"].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert points["phi"].tolist() == pytest.approx([0.5, -0.3, -0.4, 0.3])


def test_codes_of_a_category_are_neither_high_nor_low() -> None:
    kinds = Feature("a", "call", "", "甲", "A", kind="category")
    points = beeswarm(Explanation(PHI, -1.0, X, (kinds, B, C)), top=2)
    assert points["level"].isna().tolist() == [True, True, False, False]
    said = {language: captions.beeswarm(points, language).plain for language in ("zh", "en")}
    assert said["zh"].startswith("影响最大的是甲；灰点是类别")
    assert said["en"].startswith("A pushes most; grey points are categories")


def test_beeswarm_thins_large_bases_evenly() -> None:
    large = Explanation(np.tile(PHI, (3000, 1)), 0.0, np.tile(X, (3000, 1)), (A, B, C))
    assert len(beeswarm(large, top=1, rows_max=1000)) == 1000


def test_dependence_is_in_the_order_of_the_value() -> None:
    assert dependence(EXPLAINED, "b").to_dict("list") == {"value": [1.0, 2.0], "phi": [-0.4, 0.3]}


def test_waterfall_walks_from_base_to_score() -> None:
    steps = waterfall(EXPLAINED, row=0, top=2)
    assert steps["name"].tolist() == ["a", "b", "rest"]
    assert steps["start"].tolist() == pytest.approx([-1.0, -0.5, -0.9])
    assert steps["end"].tolist() == pytest.approx([-0.5, -0.9, -0.8])
    assert steps["zh"].tolist()[-1] == "其余 1 项"


def test_a_waterfall_shows_a_category_by_its_code_and_a_missing_one_as_missing() -> None:
    brand = Feature("brand", "customer", "", "品牌", "Brand", kind="category")
    codes = {"brand": ("2", "1")}
    explained = Explanation(np.array([[0.5], [0.5]]), -1.0, np.array([[1.0], [np.nan]]), (brand,), codes)
    assert waterfall(explained.take([0]), 0)["value"].tolist() == ["1"]
    assert np.isnan(waterfall(explained, 1)["value"].iloc[0])
