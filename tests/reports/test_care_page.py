import pandas as pd

from bassboss_lib.care.beliefs import Beliefs, beliefs_of
from bassboss_lib.care.catalogue import catalogue
from bassboss_lib.reports.care_page import reluctance_table, traits_table


def believed() -> Beliefs:
    weights = pd.DataFrame(
        {"trait": ["data_mb", "age_years", "record"], "weight": [0.2, -0.5, 2.0], "sd": [0.05, 0.1, 0.4]}
    )
    return Beliefs(beliefs_of(catalogue(), ["S01", "S02"]).cells, weights, pd.Series(dtype=float))


def test_traits_are_ranked_by_their_strength_with_their_uncertainty() -> None:
    shown = traits_table(believed(), "en")._repr_html_()
    assert shown.index("answers to earlier cares") < shown.index("age") < shown.index("data a month")
    assert "-0.50 ± 0.20" in shown
    assert "37.8" in shown  # of fifty per cent, one deviation older
    assert "年龄" in traits_table(believed(), "zh")._repr_html_()


def test_reluctant_customers_are_believed_to_gain_less() -> None:
    shown = reluctance_table(believed(), catalogue(), "en")._repr_html_()
    row = shown[shown.index("F12") :]
    order = [row.index(text) for text in ("+0.36", "+0.60", "+0.80")]  # a point for whoever accepts: .36, .60, .80
    assert order == sorted(order)
