from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.campaigns import outcomes, remember_assignments
from bassboss_lib.care.answers import satisfaction_drivers
from bassboss_lib.care.beliefs import beliefs_of, read_beliefs
from bassboss_lib.care.catalogue import catalogue
from bassboss_lib.care.evaluation import KNOWN, care_effects, form_verdicts, grouped_care
from bassboss_lib.care.following import followed_care
from bassboss_lib.care.steps import evaluate_care, evaluate_figures
from bassboss_lib.errors import InputRefused
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.workspace import Workspace
from tests.care.people import MONTH, WORK, Put, complaint, delivered, quiet

GAINS = {"F01": 0.2, "F02": 0.6, "F12": 1.0}


def campaign(seed: int, count: int = 600, gains: dict[str, float] | None = None, ask: float = 0.3) -> Followed:
    """Give a campaign whose answers follow a rule written down here: level by form, gain of care by form."""
    rng, told = np.random.default_rng(seed), gains or GAINS
    form = rng.choice(sorted(told), count)
    asked = rng.random(count) < ask
    rows = pd.DataFrame({"care_form": form, "segment_id": rng.choice(["S01", "S02"], count), "explored": False})
    rows.index = pd.Index([f"c{number:05}" for number in range(count)], name="pseudonym")
    for name in KNOWN:
        rows[name] = rng.normal(0, 1, count)
    rows["earlier"] = rng.integers(0, 3, count)
    level = 7 + 0.5 * rows["complaints"] + 0.4 * (rows["care_form"] == "F12")
    gain = rows["care_form"].map(told).where(~asked, 0.0)
    rows["arm"], rows["p_control"] = np.where(asked, "asked", "listed"), ask
    rows["stratum"] = rows["care_form"] + "|" + rows["segment_id"]
    rows["handled"], rows["reached"] = 3, rng.random(count) < 0.8
    rows["satisfaction"] = (level + gain + rng.normal(0, 1, count)).where(rows["reached"])
    rows["left"], rows["complained"] = 0.0, (rng.random(count) < np.where(asked, 0.2, 0.1)).astype(float)
    rows["revenue_fen"], rows["revenue_before_fen"] = rng.integers(5000, 9000, count), 7000
    return Followed("K202610-01", "202610", 3, rows, {})


def test_effects_are_those_that_were_planted() -> None:
    made = campaign(2, 3000)
    found = care_effects([made])
    effect = found.figures["satisfaction_effect"]
    assert effect.low < 0.6 < effect.high
    assert effect.high - effect.low < 0.3
    assert found.figures["complaint_effect"].value == pytest.approx(-0.1, abs=0.03)
    assert found.figures["churn_effect"].value == 0.0
    assert found.rows["measured"] == int(made.rows["reached"].sum())


def test_intervals_of_the_effect_cover_what_was_planted() -> None:
    inside = []
    for seed in range(200):
        effect = care_effects([campaign(seed, 300)]).figures["satisfaction_effect"]
        inside.append(effect.low <= 0.6 <= effect.high)  # strata are as likely, so the mean gain is the middle one
    assert 0.90 <= np.mean(inside) <= 0.99


def test_groups_are_told_apart_and_too_small_ones_are_left_out() -> None:
    found = grouped_care([campaign(2, 3000)], ["care_form"]).set_index("group")
    assert list(found.index) == ["F01", "F02", "F12"]
    assert found["value"].to_dict() == pytest.approx(GAINS, abs=0.2)
    assert (found["pooled_high"] - found["pooled_low"] <= found["high"] - found["low"] + 1e-9).all()
    assert len(grouped_care([campaign(2, 40)], ["care_form"])) == 0


def test_forms_that_pay_are_extended_and_those_that_do_not_are_stopped() -> None:
    known = catalogue()
    told = beliefs_of(known, ["S01"]).cells.set_index("care_form")
    seen = {"F02": (0.5, 0.03, 500), "F03": (0.0, 0.03, 500), "F09": (0.07, 0.14, 100), "F12": (0.9, 0.35, 12)}
    for code, values in seen.items():
        told.loc[code, ["mean", "sd", "answers"]] = values
    verdicts = form_verdicts(told.reset_index(), known).set_index("care_form")["verdict"]
    assert verdicts[["F02", "F03", "F09", "F12", "F11"]].tolist() == ["extend", "stop", "keep", "learn", "learn"]


def assigned(workspace: Workspace, arms: dict[str, str]) -> None:
    rows = pd.DataFrame(
        {"arm": list(arms.values()), "care_form": "F02", "segment_id": "S01", "stratum": "F02|S01", "explored": False},
        index=pd.Index(list(arms), name="pseudonym"),
    )
    rows[[*KNOWN, "p_control"]] = 0.0
    remember_assignments(workspace, MONTH, "K202610-01", rows)


def said(pseudonym: str, satisfaction: int | None, **changes: object) -> dict:
    row: dict = {"campaign_id": "K202610-01", "pseudonym": pseudonym, "handled": "3", "care_form": "F02"}
    row |= {"handled_on": date(2026, 11, 9), "satisfaction": satisfaction, "opinion": None, "feedback_no": 1}
    return {**row, **changes}


def later(put: Put, names: list[str], **tables: list[dict]) -> None:
    put("customer", WORK, [quiet(name) for name in names])
    put("bill_month", WORK, [{"pseudonym": name, "receivable_fen": 6000} for name in names])
    for table, rows in tables.items():
        put(table, WORK, rows)


def test_a_campaign_is_followed_by_what_boss_said_and_delivered(workspace: Workspace, put: Put) -> None:
    names = ["a", "b", "c", "d", "e"]
    delivered(put, [quiet(name) for name in names])
    assigned(workspace, dict(zip(names, ["listed", "listed", "listed", "asked", "control"], strict=True)))
    rows = [said("a", 9), said("b", 11), said("c", None, handled="1"), said("d", 6, handled="2"),
            said("a", 8, feedback_no=2)]  # fmt: skip
    put("care_feedback", WORK, rows)
    later(put, names, complaint=[complaint("e", datetime(2026, 11, 9))])
    [one] = followed_care(workspace, WORK)
    assert one.known_months == 1
    assert one.rows["satisfaction"].to_dict() == pytest.approx(
        {"a": 8.0, "b": np.nan, "c": np.nan, "d": 6.0, "e": np.nan}, nan_ok=True
    )
    assert one.rows["reached"].tolist() == [True, True, False, True, False]
    assert one.rows["complained"].tolist() == [0.0, 0.0, 0.0, 0.0, 1.0]
    assert one.rows["revenue_fen"].tolist() == [6000] * 5
    assert one.counts["off_scale"] == 1  # satisfaction outside its scale does not count, and is counted
    assert one.counts["corrected"] == 1
    assert len(outcomes(workspace, MONTH, "care")) == 5


def test_the_same_evaluation_again_writes_no_new_version(workspace: Workspace, put: Put) -> None:
    delivered(put, [quiet("a"), quiet("b")])
    assigned(workspace, {"a": "listed", "b": "control"})
    put("care_feedback", WORK, [said("a", 9)])
    later(put, ["a", "b"], complaint=[complaint("z", datetime(2026, 11, 9))])
    for _ in range(2):
        evaluate_care(workspace, WORK)
    assert [path.name for path in workspace.warehouse.glob("care_outcome/*/*.parquet")] == ["part-00.parquet"]


def test_before_anything_came_back_nothing_is_told(workspace: Workspace, put: Put) -> None:
    delivered(put, [quiet("a"), quiet("b")])
    assigned(workspace, {"a": "listed", "b": "control"})
    found = evaluate_care(workspace, MONTH)
    figures, intervals, rows = evaluate_figures(found)
    assert (figures, intervals) == ({}, {})
    assert (rows["campaigns"], rows["listed"], rows["measured"]) == (1, 1, 0)
    prior = read_beliefs(workspace, WORK, catalogue(), ["S01"])
    assert prior.cells["answers"].sum() == 0


def test_without_any_campaign_there_is_nothing_to_follow(workspace: Workspace, put: Put) -> None:
    delivered(put, [quiet("a")])
    figures, _, rows = evaluate_figures(evaluate_care(workspace, MONTH))
    assert figures == {}
    assert rows["campaigns"] == 0


def test_a_month_without_the_complaint_unit_is_refused_when_followed(workspace: Workspace, put: Put) -> None:
    delivered(put, [quiet("a"), quiet("b")])
    assigned(workspace, {"a": "listed", "b": "control"})
    later(put, ["a", "b"])
    with pytest.raises(InputRefused, match="complaint of 202611"):
        followed_care(workspace, WORK)


def test_what_moves_satisfaction_is_found_and_what_does_not_is_last() -> None:
    found = satisfaction_drivers([campaign(6, 2500)])
    assert found is not None
    ranked = found.rows.set_index("name")
    assert set(ranked.index[:2]) == {"complaints", "cared"}  # half a point a complaint, 0.6 for care
    assert ranked.loc["complaints", "high_minus_low"] > 0.3
    assert ranked.loc["cared", "high_minus_low"] == pytest.approx(0.6, abs=0.3)
    assert 0.1 < found.explained < 0.5
    assert satisfaction_drivers([campaign(6, 200)]) is None
    assert satisfaction_drivers([]) is None
