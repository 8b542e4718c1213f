import re
from types import SimpleNamespace

import pandas as pd
import pytest

from bassboss_lib.reports.survey_page import weights_table

CLASSES = pd.DataFrame({"class": [0], "asked": [40], "answered": [20], "rate": [0.5], "factor": [2.0]})
MARGINS = pd.DataFrame(
    [("stratum", "H00", 100.0, 90.0, 100.0), ("stratum", "H01", 50.0, 60.0, 50.0), ("bill", "0", 50.0, 40.0, 50.0)],
    columns=["margin", "category", "population", "before", "after"],
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["抽样层", "H00", "抽样层", "H01", "月账单三分位", "低"]),
        ("en", ["stratum", "H00", "stratum", "H01", "third of the bill", "low"]),
    ],
)
def test_margins_and_their_classes_are_named_in_the_language_of_the_page(language, words):
    said = SimpleNamespace(raked=SimpleNamespace(margins=MARGINS), responding=SimpleNamespace(classes=CLASSES))
    page = weights_table(said, language).text
    assert [one for one in re.findall(r"<td[^>]*>([^<]*)</td>", page) if not re.match(r"[\d¥]", one)] == words
