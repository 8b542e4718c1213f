import numpy as np
import pandas as pd
import pytest

from bassboss_lib.care.beliefs import ANY_SEGMENT, beliefs_of, matrix, read_beliefs, write_beliefs
from bassboss_lib.care.catalogue import catalogue
from bassboss_lib.workspace import Workspace, open_workspace

SEGMENTS = ["S01", "S02", "S03"]


@pytest.fixture
def workspace(tmp_path) -> Workspace:  # type: ignore[no-untyped-def]
    return open_workspace(tmp_path / "work", "2026-11-03T08:00")


def seen(gain: float, variance: float, answers: int, segment: str = "S01", form: str = "F12") -> pd.DataFrame:
    return pd.DataFrame({"segment_id": [segment], "care_form": [form], "gain": [gain], "variance": [variance],
                         "answers": [answers]})  # fmt: skip


def test_before_anything_is_seen_the_catalogue_is_believed() -> None:
    known = catalogue()
    told = beliefs_of(known, SEGMENTS)
    assert len(told) == len(SEGMENTS) * len(known.forms)
    row = told[(told["care_form"] == "F12") & (told["segment_id"] == "S02")].iloc[0]
    assert (row["mean"], row["reach"], row["answers"]) == (0.6, 0.75, 0)
    assert row["sd"] == pytest.approx(np.hypot(0.30, 0.20))


def test_one_observation_is_weighed_against_the_prior_by_hand() -> None:
    told = beliefs_of(catalogue(), SEGMENTS, seen(1.0, 0.13, 20))
    own, other = (matrix(told, SEGMENTS, ["F12"], "mean")[place, 0] for place in (0, 1))
    assert own == pytest.approx(0.6 + 0.4 * 0.13 / 0.26)  # prior variance .09 + .04 = the variance of what was seen
    assert other == pytest.approx(0.6 + 0.4 * 0.09 / 0.26)  # what they share
    sd = matrix(told, SEGMENTS, ["F12"], "sd")
    assert sd[0, 0] == pytest.approx(np.sqrt(0.13 - 0.13**2 / 0.26))
    assert sd[0, 0] < sd[1, 0] < np.hypot(0.3, 0.2)


def test_another_form_learns_nothing_from_it() -> None:
    told = beliefs_of(catalogue(), SEGMENTS, seen(2.0, 0.01, 500))
    assert matrix(told, SEGMENTS, ["F11"], "mean").ravel().tolist() == [0.5, 0.5, 0.5]


def test_intervals_of_beliefs_cover_gains_drawn_from_the_prior() -> None:
    known, rng, inside = catalogue(), np.random.default_rng(5), []
    for _ in range(400):
        truth = 0.6 + rng.normal(0, 0.3) + rng.normal(0, 0.2, 3)
        parts = [seen(truth[at] + rng.normal(0, 0.2), 0.04, 60, name) for at, name in enumerate(SEGMENTS[:2])]
        told = beliefs_of(known, SEGMENTS, pd.concat(parts))
        mean, sd = (matrix(told, SEGMENTS, ["F12"], name)[:, 0] for name in ("mean", "sd"))
        inside.append(np.abs(truth - mean) <= 1.96 * sd)
    assert 0.93 <= np.mean(inside) <= 0.97


def test_reach_is_learnt_by_form() -> None:
    worked = pd.DataFrame({"care_form": ["F12"], "tasks": [180], "reached": [90]})
    told = beliefs_of(catalogue(), SEGMENTS, worked=worked).set_index("care_form")["reach"]
    assert told["F12"].iloc[0] == pytest.approx((15 + 90) / 200)
    assert told["F11"].iloc[0] == 0.75


def test_a_list_reads_beliefs_of_earlier_months_only_and_new_segments_get_the_prior(workspace: Workspace) -> None:
    known = catalogue()
    told = beliefs_of(known, ["S01"], seen(1.0, 0.13, 20))
    write_beliefs(workspace, "202610", told)
    mean = matrix(read_beliefs(workspace, "202611", known, ["S01", "S09"]), ["S01", "S09"], ["F12"], "mean").ravel()
    assert mean.tolist() == [pytest.approx(0.8), 0.6]
    same = read_beliefs(workspace, "202610", known, ["S01"])
    assert matrix(same, ["S01"], ["F12"], "mean").tolist() == [[0.6]]


def test_a_segment_that_is_new_believes_what_the_others_share(workspace: Workspace) -> None:
    known = catalogue()
    write_beliefs(workspace, "202610", beliefs_of(known, ["S01", ANY_SEGMENT], seen(1.0, 0.13, 20)))
    told = read_beliefs(workspace, "202611", known, ["S01", "S09"])
    assert matrix(told, ["S01", "S09"], ["F12"], "mean").ravel().tolist() == [
        pytest.approx(0.8),
        pytest.approx(0.6 + 0.4 * 0.09 / 0.26),
    ]
    assert told["answers"].tolist().count(20) == 1
