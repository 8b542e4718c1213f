import numpy as np
import pandas as pd

from bassboss_lib.tariff.strata import LEAST, strata_of
from bassboss_lib.tariff.survey import draw_survey

DESIGN = {"size": 60, "half_width": 0.05, "response_rate": 0.5, "target_weight": 0.5, "control": 40}


def people(**segments: int) -> pd.DataFrame:
    names = np.repeat(list(segments), list(segments.values()))
    rng = np.random.default_rng(1)
    count = len(names)
    return pd.DataFrame(
        {
            "pseudonym": [f"p{number:04d}" for number in range(count)],
            "segment": names,
            "predicted": rng.uniform(0.05, 0.5, count),
            "change_fen": rng.normal(-500, 2000, count),
        }
    )


def counted(frame: pd.DataFrame, by: str) -> dict[str, int]:
    return pd.Series(strata_of(frame, by)).value_counts().sort_index().to_dict()  # type: ignore[arg-type]


def test_every_segment_is_a_stratum_and_both_cut_it_at_its_median_impact() -> None:
    frame = people(S01=200, S02=300)
    assert counted(frame, "segment") == {"S01": 200, "S02": 300}
    assert counted(frame, "both") == {"S01H0": 100, "S01H1": 100, "S02H0": 150, "S02H1": 150}
    impact = frame["predicted"] * frame["change_fen"]
    lower = strata_of(frame, "both") == "S02H0"
    assert impact[lower].max() <= impact[strata_of(frame, "both") == "S02H1"].min()


def test_small_segments_join_the_outliers_and_few_outliers_the_largest_segment() -> None:
    assert counted(people(S00=40, S01=200, S02=LEAST - 1, S03=LEAST), "segment") == {"S00": 99, "S01": 200, "S03": 60}
    assert counted(people(S00=5, S01=200, S02=300), "segment") == {"S01": 200, "S02": 305}
    assert counted(people(S01=20, S02=30), "segment") == {"S00": 50}


def test_a_segment_that_is_too_small_for_two_halves_stays_whole() -> None:
    assert counted(people(S01=2 * LEAST, S02=2 * LEAST - 1), "both") == {"S01H0": 60, "S01H1": 60, "S02": 119}


def test_customers_without_a_segment_of_the_month_are_with_the_outliers() -> None:
    frame = people(S01=200, S02=100)
    frame.loc[frame["segment"] == "S02", "segment"] = np.nan
    assert counted(frame, "segment") == {"S00": 100, "S01": 200}


def test_a_survey_by_segment_keeps_probabilities_and_a_control_in_every_segment() -> None:
    frame = people(S01=150, S02=90, S03=60)
    frame, sample, expected = draw_survey(frame, "S1", by="segment", **DESIGN)  # type: ignore[arg-type]
    assert sample.strata["stratum"].tolist() == ["S01", "S02", "S03"]
    assert sample.strata["asked"].sum() == len(sample.asked) == 60
    assert sample.strata["control"].min() > 0
    weights = (1 / sample.asked["inclusion_probability"]).groupby(sample.asked["stratum"]).sum()
    assert weights.round(6).to_dict() == {"S01": 150, "S02": 90, "S03": 60}
    assert expected["take_up"] > 0
