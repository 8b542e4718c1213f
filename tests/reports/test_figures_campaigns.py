"""Figures of effects, people and bills: what they draw by hand-made frames, and the sentence each comes with."""

import numpy as np
import pandas as pd
import pytest

from bassboss_lib import reports
from bassboss_lib.reports import captions, examples
from bassboss_lib.reports.figures_bills import SAME_FEN, _columns
from bassboss_lib.reports.style import BLUE, GREEN, RED

EFFECTS = pd.DataFrame(
    {
        "label": ["good", "bad", "open", "all"],
        "value": [-0.02, 0.03, 0.01, -0.01],
        "low": [-0.03, 0.01, -0.01, -0.015],
        "high": [-0.01, 0.05, 0.03, -0.005],
        "treated": [900, 800, 700, 2400],
        "control": [100, 90, 80, 270],
        "total": [False, False, False, True],
        "provisional": [False, False, True, False],
    }
)


def _drawn_texts(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_an_effect_is_coloured_by_the_side_of_zero_it_lies_on() -> None:
    figure = reports.effect_forest(EFFECTS, language="en", title="t", axis="pp", better=-1)
    points = [line for line in figure.axes[0].lines if line.get_marker() in ("o", "D")]
    assert [line.get_color() for line in points] == [GREEN, RED, BLUE, GREEN]
    assert [line.get_markerfacecolor() for line in points] == [GREEN, RED, "white", GREEN]
    assert [line.get_marker() for line in points] == ["o", "o", "o", "D"]
    assert {"900 / 100", "2,400 / 270", "-2.0 pp", "treated / control"} <= set(_drawn_texts(figure))


def test_effects_without_a_better_side_are_blue_and_without_interval_still_drawn() -> None:
    rows = EFFECTS.assign(low=np.nan, high=np.nan).drop(columns=["total", "provisional"])
    figure = reports.effect_forest(rows, language="zh", title="t", axis="pp")
    assert {line.get_color() for line in figure.axes[0].lines if line.get_marker() == "o"} == {BLUE}


def test_the_sentence_of_effects_speaks_of_the_whole() -> None:
    assert str(captions.effect_forest(EFFECTS, "en")) == (
        "all: -1.0 pp [-1.5 pp, -0.50 pp]; 3 of 4 intervals exclude no effect."
    )


def test_S10_cohorts_and_segments_of_fewer_than_ten_are_not_shown() -> None:
    cohorts = pd.DataFrame({"cohort": ["202601", "202602"], "age": [0, 0], "kept": [0.8, 0.123], "customers": [50, 9]})
    figure = reports.retention_heatmap(cohorts, language="en")
    assert "80" in _drawn_texts(figure)
    assert "12" not in _drawn_texts(figure)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["202601 (50)", "202602 (<10)"]
    assert "202602" not in str(captions.retention_heatmap(cohorts, "en"))
    profiles = examples.segments("en").assign(customers=9)
    profiles.loc[profiles["segment"] == "Family", "customers"] = 10
    for draw in (reports.segment_radar, reports.segment_bars):
        figure = draw(profiles, language="en")
        assert [axes.get_title("left") or axes.get_title() for axes in figure.axes if axes.get_visible()] == [
            "Family\nn = 10"
        ]
    assert "1 segments" in str(captions.segment_radar(profiles, "en"))


def test_bills_that_hardly_change_are_unchanged() -> None:
    change = np.array([-SAME_FEN, -SAME_FEN + 1, 0, SAME_FEN - 1, SAME_FEN, 5000])
    texts = _drawn_texts(reports.bill_change(change, language="en"))
    assert {"pay less 16.7 %", "the same 50.0 %", "pay more 33.3 %"} <= set(texts)
    assert str(captions.bill_change(change, "en")) == (
        "Change of the monthly bill of 6 customers: median ¥0.49; 16.7 % pay less, 33.3 % pay more."
    )


def test_no_bill_is_left_out_of_the_bars() -> None:
    change = examples.bill_changes(3000)
    bars = reports.bill_change(change, language="en").axes[0].patches
    assert sum(bar.get_height() for bar in bars) == 3000


@pytest.mark.parametrize("change", [[], [0.0], [0.0, 0.0]])
def test_R21_bills_of_nobody_or_without_change_are_drawn(change: list[float]) -> None:
    assert reports.bill_change(change, language="zh").axes
    assert captions.bill_change(change, "zh").plain


def test_shares_of_winners_and_losers_fill_each_line() -> None:
    rows = pd.DataFrame(
        {"label": ["a", "b"], "winners": [6, 0], "same": [3, 0], "losers": [1, 0], "mean_change_fen": [-120, 0]}
    )
    figure = reports.winners_losers(rows, language="en")
    widths = np.array([bar.get_width() for bar in figure.axes[0].patches]).reshape(3, 2)
    assert widths[:, 0].tolist() == pytest.approx([0.6, 0.3, 0.1])
    assert widths[:, 1].tolist() == [0, 0, 0]
    assert "-¥1.20 · n = 10" in _drawn_texts(figure)
    assert "60.0 % pay less" in str(captions.winners_losers(rows, "en"))


FLOWS = pd.DataFrame({"source": ["A", "A", "B"], "target": ["A", "B", "B"], "customers": [70, 20, 10]})


def test_a_node_is_as_large_as_what_comes_in_or_goes_out_whichever_is_larger() -> None:
    assert _columns(FLOWS.assign(stage=0)) == [{"A": 90.0, "B": 10.0}, {"A": 70.0, "B": 30.0}]
    two = pd.concat(
        [FLOWS.assign(stage=0), pd.DataFrame([{"stage": 1, "source": "B", "target": "B", "customers": 25}])]
    )
    assert _columns(two)[1] == {"A": 70.0, "B": 30.0}
    assert _columns(two)[2] == {"B": 25.0}


def test_a_sankey_has_one_ribbon_a_flow_and_names_every_node() -> None:
    from matplotlib.patches import PathPatch

    figure = reports.sankey(FLOWS, language="en", title="t")
    assert sum(isinstance(patch, PathPatch) for patch in figure.axes[0].patches) == 3
    assert {text.replace("\n", " ") for text in _drawn_texts(figure)} == {"A 90", "B 10", "A 70", "B 30"}
    assert str(captions.sankey(FLOWS, "en")) == (
        "Of 100 customers 80.0 % stay where they are. The largest move: A → B, 20 customers."
    )
    assert str(captions.sankey(FLOWS[FLOWS["source"] == FLOWS["target"]], "zh")) == "80 名客户中 100.0 % 留在原处。"


def test_drift_is_told_in_three_classes() -> None:
    rows = pd.DataFrame({"feature": ["a", "b", "c"], "month": "202610", "psi": [0.05, 0.10, 0.25]})
    figure = reports.drift_strip(rows, language="en")
    assert _drawn_texts(figure) == ["0.25", "0.10"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["c", "b", "a"]
    assert str(captions.drift_strip(rows, "en")) == (
        "202610: 1 features alarm, 1 to look at, of 3; c moved most (PSI 0.250)."
    )
    assert "没有" in str(captions.drift_strip(rows.assign(psi=np.nan), "zh"))


def test_sentences_of_a_model_by_hand() -> None:
    curve = reports.gain_curve([1, 0, 0, 1], [0.9, 0.8, 0.2, 0.7], points=2)
    assert str(captions.gains(curve, "en", share=0.5)).startswith("The most likely 50.0 % of customers hold 50.0 % [")
    assert "1.0× [" in str(captions.lift(curve, "en", share=0.5))
    bins = pd.DataFrame(
        {"predicted": [0.1, 0.5], "observed": [0.1, 0.9], "low": [0.0, 0.8], "high": [0.2, 1.0], "rows": [30, 10]}
    )
    assert str(captions.calibration(bins, "en")) == (
        "20.0 % predicted on average, 30.0 % observed; in 1 of 2 bins the prediction lies in the interval."
    )
    assert (
        str(captions.score_distribution([0.1, 0.2, 0.3], "en", threshold=0.2)) == "2 of 3 customers lie above 20.0 %."
    )
