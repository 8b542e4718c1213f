import pandas as pd

from bassboss_lib.care.beliefs import Beliefs, beliefs_of
from bassboss_lib.care.catalogue import catalogue
from bassboss_lib.reports.care_page import kinds_table, traits_table


def believed() -> Beliefs:
    weights = pd.DataFrame(
        {"trait": ["base", "data_mb", "age_years"], "weight": [1.0, 0.2, -1.5], "sd": [0.1, 0.05, 0.1]}
    )
    return Beliefs(beliefs_of(catalogue(), ["S01", "S02"]).cells, weights, pd.Series(dtype=float))


def test_traits_are_ranked_by_their_strength_with_their_uncertainty() -> None:
    shown = traits_table(believed(), "en")._repr_html_()
    assert shown.index("in the middle of every trait") < shown.index("age") < shown.index("data a month")
    assert "-1.50 ± 0.20" in shown
    assert "73.1" in shown  # of whoever stands in the middle
    assert "37.8" in shown  # one deviation older
    assert "年龄" in traits_table(believed(), "zh")._repr_html_()


def test_a_form_brings_something_else_to_either_kind() -> None:
    shown = kinds_table(believed(), catalogue(), "en")._repr_html_()
    row = shown[shown.index("F12") :]
    order = [row.index(text) for text in ("+0.75", "+0.00", "75.0")]  # as the catalogue has it: .60 for .8 of customers
    assert order == sorted(order)
    assert "欢迎者中接受的占比" in kinds_table(believed(), catalogue(), "zh")._repr_html_()
