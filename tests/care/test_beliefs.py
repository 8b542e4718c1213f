import numpy as np
import pandas as pd
import pytest

from bassboss_lib.care.beliefs import ANY_SEGMENT, Beliefs, beliefs_of, matrix, read_beliefs, write_beliefs
from bassboss_lib.care.catalogue import catalogue
from bassboss_lib.care.evaluation import worked
from bassboss_lib.workspace import Workspace, open_workspace
from tests.care.campaigns import ANNOYED, GAINS, LIKES, campaign

SEGMENTS = ["S01", "S02", "S03"]


@pytest.fixture
def workspace(tmp_path) -> Workspace:  # type: ignore[no-untyped-def]
    return open_workspace(tmp_path / "work", "2026-11-03T08:00")


@pytest.fixture(scope="module")
def learnt() -> Beliefs:
    return beliefs_of(catalogue(), [*SEGMENTS, ANY_SEGMENT], [campaign(seed, 4000) for seed in (1, 2, 3)])


def test_before_anything_is_seen_the_catalogue_is_believed() -> None:
    known = catalogue()
    told = beliefs_of(known, SEGMENTS)
    assert len(told.cells) == len(SEGMENTS) * len(known.forms)
    row = told.cells[(told.cells["care_form"] == "F12") & (told.cells["segment_id"] == "S02")].iloc[0]
    assert row["mean"] == pytest.approx(0.6)
    assert (row["reach"], row["answers"]) == (0.75, 0)
    assert row["welcome"] == pytest.approx(0.75)
    assert row["unwelcome"] == 0.0
    assert row["accept"] == pytest.approx(0.75)  # six of the eight in ten who welcome care
    of_welcoming = 0.8 * 0.2 * 0.75 * 1.0  # what whoever welcomes care gains, and how likely it is welcome
    of_liking = 0.0  # nothing is known of who likes it more
    parts = (0.8 * 0.75 * 0.4, 0.8 * 0.75 * 0.5, 0.2 * 0.3, of_welcoming, of_liking)
    assert row["sd"] == pytest.approx(np.linalg.norm(parts))
    assert told.welcome(pd.DataFrame(index=["a", "b"])) == pytest.approx([0.8, 0.8])


def test_what_forms_bring_whoever_welcomes_care_is_learnt(learnt: Beliefs) -> None:
    told = matrix(learnt, ["S01"], sorted(GAINS), "welcome")[0]
    assert told == pytest.approx(list(GAINS.values()), abs=0.2)
    assert matrix(learnt, ["S01"], sorted(GAINS), "unwelcome")[0] == pytest.approx([ANNOYED] * 3, abs=0.3)
    assert matrix(learnt, ["S01", "S02"], ["F12"], "accept")[:, 0] == pytest.approx(list(LIKES.values()), abs=0.1)
    middle = 1 / (1 + np.exp(-1.5))
    means = matrix(learnt, ["S01", "S02"], ["F12"], "mean")[:, 0]
    assert means == pytest.approx([middle * 1.2 + (1 - middle) * ANNOYED] * 2, abs=0.2)


def test_gains_follow_how_welcome_care_is_to_each_customer(learnt: Beliefs) -> None:
    rows = pd.DataFrame({"score_age_years": [-1.0, 1.0, 3.0]}, index=["young", "old", "oldest"])
    welcome = learnt.welcome(rows)
    assert welcome == pytest.approx([0.92, 0.62, 0.18], abs=0.06)
    gains = learnt.gains(["S01"] * 3, ["F12"], welcome)[:, 0]
    assert gains == pytest.approx([one * 1.2 + (1 - one) * ANNOYED for one in (0.92, 0.62, 0.18)], abs=0.25)


def test_a_form_that_helps_in_seen_segments_is_believed_to_help_in_others_and_others_learn_nothing(
    learnt: Beliefs,
) -> None:
    known, new = catalogue(), matrix(learnt, [ANY_SEGMENT], ["F12", "F11"], "welcome")[0]
    assert 0.95 < new[0] < 1.4  # planted 1.2, expected 0.75
    assert new[1] == pytest.approx(known.forms["F11"].gain / known.belief.welcome, abs=0.02)
    sd = matrix(learnt, ["S01", ANY_SEGMENT], ["F12"], "sd")[:, 0]
    assert sd[0] < sd[1] < matrix(beliefs_of(known, ["S01"]), ["S01"], ["F12"], "sd")[0, 0]


def test_intervals_of_beliefs_cover_gains_drawn_around_the_catalogue() -> None:
    known, rng, inside = catalogue(), np.random.default_rng(5), []
    middle = 1 / (1 + np.exp(-1.5))
    for seed in range(40):
        own = {code: known.forms[code].gain / 0.8 * (1 + rng.normal(0, 0.3)) for code in GAINS}
        told = beliefs_of(known, ["S01", "S02"], [campaign(seed, 800, gains=own)]).cells
        told = told[told["care_form"].isin(GAINS)]
        truth = told["care_form"].map(own) * middle + (1 - middle) * ANNOYED
        inside += (np.abs(truth - told["mean"]) <= 1.96 * told["sd"]).tolist()
    assert len(inside) == 240
    assert 0.90 <= np.mean(inside) <= 0.995


def test_a_form_that_left_the_catalogue_is_learnt_from_no_more() -> None:
    known = catalogue()
    forms = {code: form for code, form in known.forms.items() if code != "F12"}
    told = beliefs_of(known.model_copy(update={"forms": forms}), SEGMENTS, [campaign(1, 2000)])
    assert set(told.cells["care_form"]) == set(forms)
    assert told.cells["answers"].sum() > 500


def test_reach_is_learnt_by_form(learnt: Beliefs) -> None:
    tasks = worked([campaign(seed, 4000) for seed in (1, 2, 3)]).set_index("care_form").loc["F12"]
    reach = learnt.cells.set_index("care_form")["reach"]
    assert reach["F12"].iloc[0] == pytest.approx((15 + tasks["reached"]) / (20 + tasks["tasks"]))
    assert reach["F11"].iloc[0] == 0.75


def test_a_list_reads_beliefs_of_earlier_months_only(workspace: Workspace, learnt: Beliefs) -> None:
    known = catalogue()
    write_beliefs(workspace, "202610", learnt)
    told = read_beliefs(workspace, "202611", known, ["S01"])
    pd.testing.assert_frame_equal(
        told.cells, learnt.cells[learnt.cells["segment_id"] == "S01"].reset_index(drop=True), check_like=True
    )
    pd.testing.assert_frame_equal(told.weights.sort_values("trait", ignore_index=True),
                                  learnt.weights.sort_values("trait", ignore_index=True))  # fmt: skip
    assert told.record.to_dict() == learnt.record.to_dict()
    same = read_beliefs(workspace, "202610", known, ["S01"])
    assert matrix(same, ["S01"], ["F12"], "mean").tolist() == [[pytest.approx(0.6)]]
    assert len(same.record) == 0


def test_a_segment_that_is_new_believes_what_the_others_share(workspace: Workspace, learnt: Beliefs) -> None:
    write_beliefs(workspace, "202610", learnt)
    told = read_beliefs(workspace, "202611", catalogue(), ["S01", "S09"])
    for name in ("mean", "accept", "welcome"):
        expected = matrix(learnt, [ANY_SEGMENT], ["F12"], name)
        assert matrix(told, ["S09"], ["F12"], name) == pytest.approx(expected)
    assert told.cells.set_index("segment_id").loc["S09", "answers"].sum() == 0


def test_without_shared_beliefs_a_new_segment_gets_the_prior(workspace: Workspace) -> None:
    known = catalogue()
    write_beliefs(workspace, "202610", beliefs_of(known, ["S01"], [campaign(1, 2000)]))
    told = read_beliefs(workspace, "202611", known, ["S09"])
    assert matrix(told, ["S09"], ["F12"], "mean") == pytest.approx(np.array([[0.6]]))
