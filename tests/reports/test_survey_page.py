import re
from types import SimpleNamespace

import pandas as pd
import pytest

from bassboss_lib.reports.survey_page import stratum_title, weights_table

CLASSES = pd.DataFrame({"class": [0], "asked": [40], "answered": [20], "rate": [0.5], "factor": [2.0]})
MARGINS = pd.DataFrame(
    [("stratum", "H00", 100.0, 90.0, 100.0), ("stratum", "S01H1", 50.0, 60.0, 50.0), ("bill", "0", 50.0, 40.0, 50.0)],
    columns=["margin", "category", "population", "before", "after"],
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["抽样层", "H00 影响第1档", "抽样层", "S01H1 夜猫，影响较高", "月账单三分位", "低"]),
        (
            "en",
            ["stratum", "H00 impact class 1", "stratum", "S01H1 night owls, larger impact", "third of the bill", "low"],
        ),
    ],
)
def test_margins_and_their_classes_are_named_in_the_language_of_the_page(language, words):
    said = SimpleNamespace(raked=SimpleNamespace(margins=MARGINS), responding=SimpleNamespace(classes=CLASSES))
    said.survey = SimpleNamespace(segments={"S01": {"zh": "夜猫", "en": "night owls"}})
    page = weights_table(said, language).text
    assert [one for one in re.findall(r"<td[^>]*>([^<]*)</td>", page) if not re.match(r"[\d¥]", one)] == words


def test_what_small_segments_are_joined_to_is_not_called_by_the_name_of_outliers_alone():
    named = {"S00": {"zh": "特殊客户", "en": "outliers"}}
    assert stratum_title("S00", named, "zh") == "S00 特殊客户和较小的客群"
    assert stratum_title("S00H0", {}, "en") == "S00H0 outliers and small segments, smaller impact"
