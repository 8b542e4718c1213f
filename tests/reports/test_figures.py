import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from bassboss_lib import reports
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.learning.calibration import calibration_table
from bassboss_lib.learning.explanations import Explanation, beeswarm, dependence, importance, waterfall
from bassboss_lib.reports import captions, examples
from bassboss_lib.reports.figures_boss import call_lengths
from bassboss_lib.reports.style import png

GENERATOR = np.random.default_rng(7)
P = 1 / (1 + np.exp(-GENERATOR.normal(-2, 1, 800)))
Y = (GENERATOR.random(800) < P).astype(int)
FEATURES = (
    Feature("tenure_months", "customer", "months", "在网月数", "Tenure"),
    Feature("arpu_fen", "bill", "fen", "月均账单", "Mean bill"),
    Feature("complaints", "service", "count", "投诉次数", "Complaints"),
)
X = np.column_stack([GENERATOR.integers(0, 90, 300), GENERATOR.gamma(2, 3000, 300), np.full(300, np.nan)]).astype(float)
EXPLAINED = Explanation(np.nan_to_num(X) / [90, 9000, 1] + GENERATOR.normal(0, 0.05, X.shape), -2.0, X, FEATURES)
MONTHS = ["202608", "202609", "202610"]
HISTORY = pd.DataFrame(
    {
        "rule": ["rows"] * 3 + ["nulls"] * 3,
        "zh": ["记录数"] * 3 + ["空值率"] * 3,
        "en": ["Rows"] * 3 + ["Nulls"] * 3,
        "month": MONTHS * 2,
        "judged": [None, 0.0, 0.5, 0.1, 0.1, 0.1],
        "low": [-0.1] * 3 + [None] * 3,
        "high": [0.1] * 3 + [0.2] * 3,
        "verdict": ["unknown", "pass", "fail", "pass", "pass", "pass"],
    }
)
RATES = pd.DataFrame({"month": MONTHS, "value": [0.03, 0.04, 0.05], "low": [0.02] * 3, "high": [0.06] * 3, "rows": 100})
COMPARED = pd.DataFrame({"label": ["模型", "逻辑回归"], "value": [0.8, 0.7], "low": [0.7, 0.6], "high": [0.9, 0.8]})
TITLED = ("dependence", "comparison", "rate_by_month")  # their title is the caller's
DRAWN = {
    "gains": lambda to: reports.gains(reports.gain_curve(Y, P), language=to, outcome="离网客户"),
    "lift": lambda to: reports.lift(reports.gain_curve(Y, P), language=to),
    "calibration": lambda to: reports.calibration(calibration_table(Y, P), language=to),
    "score_distribution": lambda to: reports.score_distribution(P, language=to, threshold=0.1),
    "comparison": lambda to: reports.comparison(COMPARED, language=to, title="AUC", axis="AUC"),
    "importance": lambda to: reports.importance(importance(EXPLAINED), language=to, rows=300),
    "beeswarm": lambda to: reports.beeswarm(beeswarm(EXPLAINED), language=to),
    "dependence": lambda to: reports.dependence(
        dependence(EXPLAINED, "arpu_fen"), title="月均账单", unit="fen", language=to
    ),
    "waterfall": lambda to: reports.waterfall(waterfall(EXPLAINED, 0), language=to),
    "reasons": lambda to: reports.reasons(pd.DataFrame({"title": ["资费", "网络"], "count": [2, 5]}), language=to),
    "quality_trend": lambda to: reports.quality_trend(HISTORY, language=to),
    "rate_by_month": lambda to: reports.rate_by_month(RATES, language=to, title="离网率", axis="离网率"),
    "drift_strip": lambda to: reports.drift_strip(examples.drift(to), language=to),
    "retention_heatmap": lambda to: reports.retention_heatmap(examples.cohorts(), language=to),
    "segment_radar": lambda to: reports.segment_radar(examples.segments(to), language=to),
    "segment_bars": lambda to: reports.segment_bars(examples.segments(to), language=to),
    "effect_forest": lambda to: reports.effect_forest(
        examples.effects(to), language=to, title=to, axis="百分点", better=-1
    ),
    "bill_change": lambda to: reports.bill_change(examples.bill_changes(), language=to),
    "winners_losers": lambda to: reports.winners_losers(examples.groups(to), language=to),
    "sankey": lambda to: reports.sankey(examples.flows(to), language=to, title=to, stages=("a", "b", "c")),
}


def _titles(figure) -> list[str]:
    whole = figure.get_suptitle()
    return [whole, *(axes.get_title("left") or axes.get_title("center") for axes in figure.axes)]


@pytest.mark.parametrize("kind", DRAWN)
def test_every_figure_is_drawn_in_both_languages_without_a_missing_glyph(kind):
    zh, en = DRAWN[kind]("zh"), DRAWN[kind]("en")  # a missing glyph would be a warning, and warnings are errors
    image = imread(io.BytesIO(png(zh)))
    assert image.shape[1] == 1440
    assert image[..., :3].std() > 0.02
    assert _titles(zh) != _titles(en) or kind in TITLED


def test_the_kinds_are_those_of_the_catalogue_and_each_has_its_sentence():
    assert set(DRAWN) == set(examples.KINDS) == set(captions.__all__)


def test_same_figure_same_bytes():
    assert png(DRAWN["gains"]("zh")) == png(DRAWN["gains"]("zh"))


def test_gain_curve_by_hand():
    curve = reports.gain_curve([0, 1, 0, 1], [0.1, 0.9, 0.8, 0.7], points=4)
    assert curve["found"].tolist() == [0.5, 0.5, 1.0, 1.0]
    assert curve[["rows", "positives"]].drop_duplicates().values.tolist() == [[4, 2]]
    assert ((curve["low"] <= curve["found"]) & (curve["found"] <= curve["high"])).all()


@pytest.mark.parametrize("y", [[0, 0, 0], [1, 1, 1]])
def test_R21_figures_stand_a_group_without_one_class(y):
    assert png(reports.gains(reports.gain_curve(y, [0.2, 0.2, 0.2]), language="zh"))
    assert png(reports.calibration(calibration_table(np.array(y), np.array([0.2, 0.2, 0.2])), language="en"))


def test_show_gives_a_png_with_its_sentence_as_alternative_text(monkeypatch):
    published = []
    monkeypatch.setattr(
        "IPython.display.publish_display_data", lambda data, metadata: published.append((data, metadata))
    )
    monkeypatch.setattr("IPython.display.display", published.append)
    told = reports.sentence("共 {n} 人。", "{n} customers.", "zh", n=3)
    reports.show(DRAWN["reasons"]("zh"), told)._ipython_display_()
    (data, metadata), caption = published
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata == {"image/png": {"alt": "共 3 人。", "width": 720}}
    assert caption is told


def test_a_feature_of_two_values_has_a_dependence_too():
    points = pd.DataFrame({"value": [0.0, 1.0, 0.0, 1.0], "phi": [-0.1, 0.4, -0.2, 0.5]})
    figure = reports.dependence(points, title="套餐", unit="", language="zh")
    [line] = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 2 and line.get_ydata()[0] < 0]
    assert line.get_xydata().tolist() == [[0.0, pytest.approx(-0.15)], [1.0, pytest.approx(0.45)]]


def test_one_outlier_does_not_flatten_a_dependence():
    points = pd.DataFrame({"value": [*range(1000), 1e9], "phi": 0.0})
    figure = reports.dependence(points, title="月", unit="months", language="en")
    assert figure.axes[0].get_xlim()[1] < 1100


def test_rules_that_were_never_judged_come_last_in_the_trend():
    never = HISTORY.head(3).assign(rule="a", en="Never judged", judged=None, verdict="unknown")
    figure = reports.quality_trend(pd.concat([never, HISTORY]), language="en")
    assert [axes.get_title("left") for axes in figure.axes if axes.get_visible()] == ["Rows", "Nulls", "Never judged"]


def test_a_logarithmic_axis_is_written_in_plain_numbers():
    calls = pd.DataFrame({"quantile": ["0.1", "0.99"], "world": [5.0, 1500.0], "public": [6.0, 900.0]})
    figure = call_lengths(calls, language="en")
    figure.canvas.draw()
    assert {"10", "100", "1,000"} <= {label.get_text() for label in figure.axes[0].get_yticklabels()}


def test_a_waterfall_names_what_a_code_means():
    step = {
        "name": "brand",
        "zh": "品牌",
        "en": "Brand",
        "unit": "",
        "value": "1",
        "phi": 0.5,
        "start": -1.0,
        "end": -0.5,
    }
    for language, said in (("zh", "品牌 = 全球通"), ("en", "Brand = GoTone")):
        figure = reports.waterfall(pd.DataFrame([step]), language=language)
        assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [said]
