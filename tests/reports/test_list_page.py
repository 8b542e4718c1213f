from collections.abc import Mapping

import pandas as pd

from bassboss_lib.features.said import declared
from bassboss_lib.features.wording import Theme, themes
from bassboss_lib.learning import Model
from bassboss_lib.learning.calibration import Calibrator
from bassboss_lib.learning.encoding import Encoding
from bassboss_lib.reports import list_page
from bassboss_lib.retention.listing import Selection
from bassboss_lib.segments.interim import SEGMENTS

FULL, SOME, FEW = list(SEGMENTS)[:3]


def selection(*segments: str) -> Selection:
    rows = {
        "segment_id": pd.Series(segments, dtype="object"),
        "churn_probability": pd.Series([0.25] * len(segments), dtype="float64"),
        "churn_reason": pd.Series(["R01"] * len(segments), dtype="object"),
        "value_at_stake": pd.Series([100.0] * len(segments), dtype="float64"),
    }
    return Selection(pd.DataFrame(rows), {"silent": 0})


def test_R21_an_empty_segment_is_a_row_with_0_and_a_small_one_is_pooled() -> None:
    text = list_page.segments_table(selection(*[FULL] * 24, *[SOME] * 12, *[FEW] * 3), "en").text
    assert text.count("<tr") == 1 + len(SEGMENTS) - 1
    assert FULL in text
    assert SOME not in text
    assert FEW not in text
    assert ">15<" in text


def test_R21_an_empty_list_divides_nothing_by_zero() -> None:
    nobody = selection()
    assert list_page.segments_table(nobody, "zh").text.count("<tr") == 1 + len(SEGMENTS)
    assert "0 customers" in str(list_page.summary(nobody, "fen", "en"))
    assert list_page.reasons(nobody, "en") is not None


def model_that_learnt(themes: Mapping[str, Theme]) -> Model:
    """Give a model that keeps the features of these themes, and scores nobody here."""
    return Model("", Encoding(()), Calibrator(1.0, 0.0), declared(themes))


def test_themes_edited_since_the_model_learnt_are_told_in_one_line() -> None:
    then = dict(themes()) | {"queue": Theme(zh="排队", en="queues", words=("排队",))}
    then["bill"] = then["bill"].model_copy(update={"words": ("账单",)})
    del then["threat"]
    told = str(list_page.themes_learnt(model_that_learnt(then), "en"))
    assert "removed “queues”; other words “bill disputed”; added “threatens to leave”. It scores on" in told
    told = str(list_page.themes_learnt(model_that_learnt(then), "zh"))
    assert "已删去“排队”；换了词“账单争议”；新增“扬言离网”。模型照常打分" in told


def test_themes_as_the_model_learnt_them_are_counted() -> None:
    assert "uses 13 themes" in str(list_page.themes_learnt(model_that_learnt(themes()), "en"))
    assert str(list_page.themes_learnt(model_that_learnt({}), "zh")) == "模型不使用投诉文本的主题。"
