import numpy as np
import pandas as pd

from bassboss_lib.care.traits import TRAITS, levels_of, score_names, trait_scores


def test_scores_are_ranks_and_what_is_unknown_stands_in_the_middle() -> None:
    facts = pd.DataFrame({"arpu_fen": [10.0, 1e9, 20.0, np.nan], "calls": 5.0}, index=list("abcd"))
    told = trait_scores(facts)
    assert told.columns.tolist() == score_names() == [f"score_{name}" for name in TRAITS]
    assert told["score_arpu_fen"].round(3).to_dict() == {"a": -0.967, "b": 0.967, "c": 0.0, "d": 0.0}
    assert (told["score_calls"] == 0).all()  # all alike
    assert (told["score_age_years"] == 0).all()  # a trait that was not delivered


def test_no_customers_have_no_scores_and_no_levels() -> None:
    assert trait_scores(pd.DataFrame({"age_years": []})).shape == (0, len(TRAITS))
    assert levels_of(np.empty(0)).tolist() == []


def test_levels_hold_as_many_customers_each_and_follow_the_order() -> None:
    levels = levels_of(np.arange(100.0))
    assert np.bincount(levels).tolist() == [10] * 10
    assert (np.diff(levels) >= 0).all()
    assert set(levels_of(np.array([0.0] * 95 + [1.0] * 5))) == {0, 1}
