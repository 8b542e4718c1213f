import pandas as pd

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
