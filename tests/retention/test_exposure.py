import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from bassboss_lib.campaigns import remember_assignments, survey_folder
from bassboss_lib.engine import write_table
from bassboss_lib.retention.drift import psi, retraining_due
from bassboss_lib.retention.exposure import exposure, stands_for
from bassboss_lib.retention.maturity import expected_final, still_to_leave, track_record
from bassboss_lib.retention.outcomes import Followed, states
from bassboss_lib.workspace import Workspace


def listed(workspace: Workspace, month: str, arms: dict[str, str]) -> None:
    index = pd.Index(list(arms), name="pseudonym")
    rows = pd.DataFrame({"arm": list(arms.values()), "stratum": "V1R1"}, index=index)
    remember_assignments(workspace, month, f"R{month}-01", rows)


def test_the_first_campaign_that_considers_a_customer_decides(workspace: Workspace) -> None:
    listed(workspace, "202610", {"a": "listed", "b": "control", "c": "waiting", "d": "waiting"})
    listed(workspace, "202611", {"c": "listed", "d": "control", "e": "control"})
    index = pd.Index(list("abcdef"))
    found = exposure(workspace, "202610", index, until="202612")
    assert found["treated"].tolist() == [True, False, True, False, False, False]
    assert found["stratum"].tolist() == ["202610.0 V1R1"] * 2 + ["202611.0 V1R1"] * 3 + ["none"]
    assert found["weight"].tolist() == [0.0, 2.0, 0.0, 1.5, 1.5, 1.0]


def test_an_evaluation_as_of_then_does_not_know_later_campaigns(workspace: Workspace) -> None:
    listed(workspace, "202610", {"a": "control"})
    listed(workspace, "202611", {"b": "listed"})
    found = exposure(workspace, "202610", pd.Index(["a", "b"]), until="202610")
    assert found["treated"].tolist() == [False, False]
    assert found["stratum"].tolist() == ["202610.0 V1R1", "none"]


def test_a_campaign_after_the_window_treats_nobody_in_it(workspace: Workspace) -> None:
    listed(workspace, "202701", {"a": "listed"})
    assert not exposure(workspace, "202610", pd.Index(["a"]), until="202704")["treated"].any()


def test_controls_count_for_the_listed(workspace: Workspace) -> None:
    listed(workspace, "202610", dict.fromkeys("abcdef", "listed") | {"g": "control", "h": "control"})
    found = exposure(workspace, "202610", pd.Index(list("abcdefghij")), until="202612")
    assert stands_for(found).tolist() == [0.0] * 6 + [4.0, 4.0, 1.0, 1.0]
    assert stands_for(found, most=3.0).max() == 3.0


def test_the_universal_control_group_stands_for_itself_however_many_campaigns_leave_it_alone(
    workspace: Workspace,
) -> None:
    for month in ("202610", "202611", "202612"):
        arms = dict.fromkeys("abcd", "listed") | {"x": "control", "y": "control", "u": "universal"}
        listed(workspace, month, {f"{key}{month if key != 'u' else ''}": arm for key, arm in arms.items()})
    found = exposure(workspace, "202610", pd.Index(["u", "x202610"]), until="202612")
    assert found["weight"].tolist() == [1.0, 3.0]


def cared(workspace: Workspace, month: str, arms: dict[str, tuple[str, str, str | None]]) -> None:
    rows = pd.DataFrame(arms, index=["arm", "care_form", "care_channel"]).T.rename_axis("pseudonym")
    remember_assignments(workspace, month, f"K{month}-01", rows.assign(stratum=rows["care_form"] + "|S01"))


def test_care_by_voice_counts_and_a_message_does_not(workspace: Workspace) -> None:
    call, message = ("F09", "08"), ("F13", "20")
    arms: dict[str, tuple[str, str, str | None]] = dict.fromkeys("abc", ("listed", *call))
    arms |= {"d": ("control", "F09", None), "e": ("asked", "F09", "20"), "f": ("universal", "", None)}
    arms |= {"g": ("listed", *message), "h": ("control", "F13", None)}
    cared(workspace, "202611", arms)
    found = exposure(workspace, "202610", pd.Index(list("abcdefgh")), until="202612")
    assert found["weight"].tolist() == [0.0] * 3 + [2.5, 2.5, 1.0, 1.0, 1.0]
    assert found["treated"].tolist() == [True] * 3 + [False] * 5


def test_chances_of_care_and_retention_multiply(workspace: Workspace) -> None:
    cared(
        workspace, "202610", {"a": ("listed", "F09", "08"), "b": ("control", "F09", None), "c": ("asked", "F09", "20")}
    )
    listed(workspace, "202612", {"a": "listed", "b": "control", "c": "listed", "d": "control"})
    found = exposure(workspace, "202610", pd.Index(list("abcd")), until="202612")
    assert found["weight"].tolist() == [0.0, 3.0, 0.0, 2.0]


def surveyed(workspace: Workspace, survey: str, day: str, asked: list[str], others: list[str]) -> None:
    folder = survey_folder(workspace, survey)
    frame = pd.DataFrame({"pseudonym": asked + others, "stratum": "H01"})
    for name, table in (("frame", frame), ("asked", frame.head(len(asked)))):
        write_table(pa.Table.from_pandas(table, preserve_index=False), folder / f"{name}.parquet", [])
    (folder / "about.json").write_text(json.dumps({"day": day}))


def test_surveys_of_the_window_count_and_their_control_stands_for_the_asked(workspace: Workspace) -> None:
    surveyed(workspace, "S1", "20261103", ["a", "b"], ["c", "d", "e", "f"])
    surveyed(workspace, "S2", "20270203", ["c"], ["g", "h"])
    index = pd.Index(list("abcdefgh"))
    found = exposure(workspace, "202610", index, until="202704")
    assert found["weight"].tolist() == [0.0] * 2 + [1.5] * 4 + [1.0] * 2
    assert found["stratum"].tolist() == ["202610.0 H01"] * 6 + ["none"] * 2
    assert exposure(workspace, "202609", index, until="202609")["weight"].tolist() == [1.0] * 8


def campaign(known: int, left: list[list[float]]) -> Followed:
    arms = ["listed"] * 4 + ["control"] * 4
    rows = pd.DataFrame({"arm": arms, "stratum": "V1R1", "churn_probability": 0.3}, index=[f"p{n}" for n in range(8)])
    for step in (1, 2, 3):
        rows[f"left_{step}"] = left[step - 1] if step <= known else np.nan
    rows["left"] = rows[f"left_{known}"] if known else np.nan
    rows["handled"], rows["feedback_no"] = [3, 2, 1, 0] * 2, [1.0, 1.0, 1.0, np.nan] * 2
    return Followed("R202610-01", "202610", known, rows, {})


NONE, ONE, TWO = [0.0] * 8, [0.0] * 7 + [1.0], [0.0] * 6 + [1.0] * 2


def test_the_estimate_before_anything_is_known_is_the_probability() -> None:
    assert expected_final(campaign(0, []), 0) == pytest.approx(0.3)


def test_the_estimate_is_who_left_and_who_is_still_to_leave_among_controls() -> None:
    rest = 0.3 * (2 / 3) / (1 - 0.3 / 3)
    assert expected_final(campaign(1, [ONE]), 1) == pytest.approx(0.25 + 0.75 * rest)
    assert expected_final(campaign(1, [ONE]), 2) is None


def test_the_hazard_left_adds_up_to_the_whole() -> None:
    p = np.array([0.05, 0.4, 0.9])
    first = p / 3
    assert first + (1 - first) * still_to_leave(p, 1) == pytest.approx(p)


def test_the_record_shows_estimates_beside_what_came() -> None:
    record = track_record([campaign(3, [NONE, ONE, TWO]), campaign(1, [ONE])])
    assert record["months_passed"].tolist() == [0, 1, 2, 0, 1]
    assert record["final"].tolist()[:3] == [0.5] * 3
    assert record["final"].isna().tolist() == [False] * 3 + [True] * 2


def test_every_customer_is_on_one_way_through_the_campaign() -> None:
    found = states(campaign(1, [ONE]))
    assert found["customers"].sum() == 8
    assert set(found.loc[found["arm"] == "control", "answer"]) == {"not_sent"}
    assert set(found.loc[found["arm"] == "listed", "answer"]) == {"accepted", "declined", "not_reached", "no_answer"}
    assert set(found["end"]) == {"active", "left"}


def test_R22_a_shift_by_half_is_severe_and_the_same_customers_are_not() -> None:
    random = np.random.default_rng(0)
    then = pd.Series(random.lognormal(3, 0.5, 5000))
    assert psi(then, then * 1.5).value > 0.25
    same = psi(then, pd.Series(random.lognormal(3, 0.5, 5000)))
    assert same.value < 3 * same.by_chance < 0.02


def test_missing_values_and_codes_are_classes_too() -> None:
    then = pd.Series([1.0, 2.0, 3.0, 4.0] * 100)
    assert psi(then, then.mask(then == 1.0)).value > 0.25
    assert psi(pd.Series(["a", "b"] * 100), pd.Series(["a", "a", "a", "b"] * 50)).value == pytest.approx(
        0.275, abs=0.01
    )


def test_retraining_is_due_by_drift_by_age_and_by_rates() -> None:
    calm = pd.DataFrame({"name": ["score"], "psi": [0.01], "grade": ["stable"]})
    wild = pd.DataFrame({"name": ["call_out_min"], "psi": [0.31], "grade": ["severe"]})
    assert retraining_due(calm, "202610", "202612", (0.9, 1.1)) == []
    assert retraining_due(wild, "202610", "202612", (0.9, 1.1)) == ["call_out_min: PSI 0.31"]
    assert len(retraining_due(calm, "202601", "202612", (1.05, 1.2))) == 2
