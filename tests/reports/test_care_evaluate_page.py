import pandas as pd
import pytest

from bassboss_lib.reports.care_evaluate_page import groups


def effects(*pooled: float) -> pd.DataFrame:
    names = [f"S0{place + 1}" for place in range(len(pooled))]
    ends = {"pooled": pooled, "pooled_low": [one - 0.2 for one in pooled], "pooled_high": [one + 0.2 for one in pooled]}
    return pd.DataFrame({"group": names, "treated": 40, "control": 20, **ends})


@pytest.mark.parametrize(
    ("pooled", "language", "told"),
    [
        ((0.124, 0.124), "zh", "各组的差别不超过偶然，都取总体的 **0.124**"),
        ((0.124, 0.124), "en", "no more than chance, all are at **0.124**"),
        ((0.1, 0.3), "zh", "最高的是“S02”，0.300 分 [0.100, 0.500]"),
        ((0.1, 0.3), "en", "the highest is S02, 0.300 points [0.100, 0.500]"),
    ],
)
def test_groups_that_differ_by_no_more_than_chance_are_not_ranked(pooled, language, told) -> None:
    shown = groups(effects(*pooled), "segment_id", language)
    assert told.replace("*", "") in str(shown).replace("*", "")


def test_segments_and_pairs_are_called_by_name() -> None:
    named = {"S01": {"zh": "流量大、消费高", "en": "much data"}}
    assert "最高的是“S01 流量大、消费高”" in str(groups(effects(0.3, 0.1), "segment_id", "zh", named))
    pairs = effects(0.3, 0.1).assign(group=["S01 F07", "S02 F13"])
    assert "the highest is S01 F07 trial of a service" in str(groups(pairs, "pairs", "en", named))
    assert "“S02”" in str(groups(effects(0.1, 0.3), "segment_id", "zh", named))
