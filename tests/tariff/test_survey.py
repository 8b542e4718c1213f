from datetime import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.campaigns import stored_surveys
from bassboss_lib.engine import read_table
from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.rating import Plan
from bassboss_lib.reports import survey_page
from bassboss_lib.reports.launch_page import launches_figure, launches_table, launches_words
from bassboss_lib.reports.survey_page import estimates_figure
from bassboss_lib.tariff.aftermath import answers_of, forecast_path, launch_fact, launches, past_launches, wake_up
from bassboss_lib.tariff.evaluation import evaluate_survey, evaluation_figures, store_forecast, verdict
from bassboss_lib.tariff.material import Material, boss_material
from bassboss_lib.tariff.plan_words import differing_classes, plan_words
from bassboss_lib.tariff.rehearsal import Rehearsal, rehearse
from bassboss_lib.tariff.sample import keyed_uniform
from bassboss_lib.tariff.scenarios import least_bill
from bassboss_lib.tariff.survey import (
    Drawn,
    Survey,
    draw_survey,
    read_survey,
    store_survey,
    survey_frame,
    survey_id_of,
)
from bassboss_lib.tariff.survey_list import survey_rows
from bassboss_lib.tariff.surveying import Proposals
from bassboss_lib.tariff.themes import edited_plan, group_suggestions
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace
from tests.tariff.test_rehearsal import cheaper
from tests.tariff.worlds import CATALOGUE, MONTHS, Put, fill

NEW = cheaper(brand="")
Told = tuple[Workspace, Material, Rehearsal]


@pytest.fixture
def told(workspace: Workspace, put: Put) -> Told:
    fill(put, people=240, exact=False)
    given = boss_material(workspace, MONTHS)
    return workspace, given, rehearse(given, [NEW])


def drawn_survey(told: Told, name: str = "S1", size: int = 60) -> Survey:
    workspace, _, said = told
    shares = 0.5 * least_bill(said) + 0.02
    frame, excluded = survey_frame(workspace, said, NEW.id, shares)
    design = {"half_width": 0.05, "response_rate": 0.5, "target_weight": 0.5, "control": 40}
    frame, sample, expected = draw_survey(frame, name, size=size, **design)
    return store_survey(workspace, name, MONTHS[1], NEW, Drawn(frame, sample, excluded, expected))


def answered(put: Put, survey: Survey, **changes: object) -> pd.DataFrame:
    """Let the asked answer: two thirds are reached, most of them answer; whoever saves says more."""
    people = survey.asked.merge(survey.frame.drop(columns="stratum"), on="pseudonym")
    chance = keyed_uniform(people["pseudonym"], "answers")
    reached = chance < 0.7
    stated = np.clip(np.round(4 - people["change_fen"] / 1000), 0, 10).where(reached & (chance < 0.6))
    rows = pd.DataFrame(
        {
            "campaign_id": "T",
            "survey_id": survey.id,
            "pseudonym": people["pseudonym"],
            "reached": np.where(reached, "1", "0"),
            "response": stated.astype("Int64"),
            "suggestion": np.where(chance < 0.2, "流量太少", None),
            "called_at": datetime(2026, 11, 5, 10),
            "feedback_no": 1,
        }
    ).assign(**changes)
    put("survey_feedback", "202611", rows.to_dict("records"))
    return rows


def test_a_plan_in_words_and_where_two_differ() -> None:
    header, old = CATALOGUE.header, CATALOGUE.plan("G058")
    assert plan_words(header, old).startswith(
        "月费58元，含30分钟、2.5GB流量、10条短信；网内本地通话、网外本地通话、国内长途0.35元/分钟；"
    )
    assert differing_classes(header, old, old) == []
    assert differing_classes(header, old, CATALOGUE.plan("G088")) == [
        "v.local.on",
        "v.local.off",
        "v.nat",
        "sms",
        "d.dom",
    ]
    dearer = old.model_copy(
        update={"rates": [one.model_copy(update={"connect": 1}) for one in old.rates[:1]] + old.rates[1:]}
    )
    assert differing_classes(header, old, dearer) == ["v.local.on", "v.local.off", "v.nat"]


def test_exclusions_count_and_keep_people_off(told: Told, put: Put) -> None:
    workspace, _, said = told
    people = [f"p{number:03d}" for number in range(6)]
    put(
        "assignment",
        "202611",
        [{"pseudonym": people[0], "arm": "universal"}, {"pseudonym": people[1], "arm": "listed"}],
    )
    put(
        "care_assignment",
        "202610",
        [{"pseudonym": people[4], "arm": "asked"}, {"pseudonym": people[5], "arm": "control"}],
    )
    put(
        "complaint",
        "202611",
        [{"pseudonym": people[2], "closed_at": None}, {"pseudonym": people[3], "closed_at": datetime(2026, 11, 2)}],
    )
    frame, excluded = survey_frame(workspace, said, NEW.id, least_bill(said))
    assert excluded == {
        "do_not_contact": 0,
        "universal": 1,
        "recently_called": 2,
        "control_hold": 1,
        "open_complaint": 1,
    }
    assert not {*people[:3], *people[4:]} & set(frame["pseudonym"])
    assert people[3] in set(frame["pseudonym"])


def test_a_survey_is_stored_once_and_read_back(told: Told) -> None:
    workspace, _, _ = told
    survey = drawn_survey(told)
    assert (len(survey.asked), len(survey.control)) == (60, 40)
    assert (1 / survey.asked["inclusion_probability"]).sum() == pytest.approx(len(survey.frame))
    again = drawn_survey(told)
    assert again.asked["pseudonym"].tolist() == survey.asked["pseudonym"].tolist()
    with pytest.raises(CallError, match="S1 exists"):
        drawn_survey(told, size=50)
    drawn_survey(told, "S2")
    assert stored_surveys(workspace) == ["S1", "S2"]
    assert read_survey(workspace, "").id == "S2"
    with pytest.raises(CallError, match="no survey"):
        read_survey(workspace, "S9")
    assert survey_id_of(workspace, "") == "S20261103-01"
    with pytest.raises(CallError, match="no identifier"):
        survey_id_of(workspace, "../S1")


def test_the_list_has_the_items_that_differ_with_last_months_use(told: Told) -> None:
    workspace, given, _ = told
    survey = drawn_survey(told)
    rows = survey_rows(workspace, given, survey, NEW).set_index("pseudonym")
    assert len(rows) == 60
    name = rows.index[0]
    held = CATALOGUE.plan(rows.loc[name, "current_plan"])
    assert rows.loc[name, "new_plan_text"].startswith("月费56元，含30分钟、2.5GB流量")
    assert (rows.loc[name, "item_1"], rows.loc[name, "charge_1_fen"]) == ("月费", int(held.fee.amount * 100))
    calls = read_table(paths(workspace, "cdr", [MONTHS[1]])).to_pandas()
    megabytes = calls.loc[calls["pseudonym"] == name, "volume_bytes"].sum() / 2**30
    items = {rows.loc[name, f"item_{number}"]: rows.loc[name, f"volume_{number}"] for number in range(1, 7)}
    if "国内流量" in items:
        assert float(items["国内流量"]) == pytest.approx(megabytes, abs=0.006)


def test_every_stratum_has_a_control_however_many_are_asked(told: Told) -> None:
    survey = drawn_survey(told, size=150)
    strata = survey.frame["stratum"].unique()
    assert set(survey.control["stratum"]) == set(strata) == set(survey.asked["stratum"])
    assert (1 / survey.control["inclusion_probability"]).sum() == pytest.approx(len(survey.frame))


def test_few_customers_are_refused(told: Told) -> None:
    frame = drawn_survey(told).frame.head(10)
    with pytest.raises(GateRefused, match="10 customers may be asked"):
        draw_survey(frame, "S", size=5, half_width=0.1, response_rate=1.0, target_weight=1.0, control=0)


def test_an_evaluation_adjusts_discounts_and_decides(told: Told, put: Put) -> None:
    workspace, _, _ = told
    survey = drawn_survey(told)
    answered(put, survey)
    said = evaluate_survey(workspace, survey)
    figures, intervals, rows = evaluation_figures(said)
    assert rows["asked"] == 60
    assert 20 < rows["answered"] < rows["reached"] < 50
    assert figures["take_up"] < figures["naive"]  # people say more than they do
    assert (
        intervals["take_up"][0]
        < figures["take_up_p10"]
        < figures["take_up"]
        < figures["take_up_p90"]
        < intervals["take_up"][1]
    )
    assert said.raked.weights.sum() == pytest.approx(len(survey.frame))
    assert figures["users"] == pytest.approx(figures["take_up"] * len(survey.frame))
    assert "wake_up" not in figures
    word, reasons = verdict(said, take_up_min=0.99)
    assert word in ("change", "stop")
    assert "not_taken" in reasons
    store_forecast(workspace, said)
    again = evaluate_survey(workspace, survey)
    assert again.estimates == said.estimates


def test_the_highest_feedback_number_counts_and_nobody_answering_is_refused(told: Told, put: Put) -> None:
    workspace, _, _ = told
    survey = drawn_survey(told)
    first = answered(put, survey)
    corrected = first.head(1).assign(reached="0", response=pd.NA, feedback_no=2)
    put("survey_feedback", "202611", [*first.to_dict("records"), *corrected.to_dict("records")])
    said = answers_of(workspace, survey).set_index("pseudonym")
    assert not said.loc[first["pseudonym"][0], "reached"]
    answered(put, survey, reached="0", response=pd.Series(pd.NA, index=first.index, dtype="Int64"))
    with pytest.raises(GateRefused, match="nobody answered"):
        evaluate_survey(workspace, survey)


def test_who_was_called_and_left_is_charged_and_a_launch_teaches(told: Told, put: Put) -> None:
    workspace, _, _ = told
    survey = drawn_survey(told)
    rows = answered(put, survey)
    snapshot = read_table(paths(workspace, "customer", [MONTHS[1]])).to_pandas()
    snapshot.loc[snapshot["pseudonym"].isin(survey.asked["pseudonym"][:15]), "status"] = "2010"
    eager = rows.loc[rows["response"] >= 6, "pseudonym"]
    put("customer", "202611", snapshot.to_dict("records"))
    found = wake_up(workspace, survey, answers_of(workspace, survey))
    assert found is not None
    assert found[1] == "202611"
    assert found[0].value == pytest.approx(0.25, abs=0.12)
    assert found[0].low > 0
    said = evaluate_survey(workspace, survey)
    assert said.estimates["profit_fen"].value < said.estimates["revenue_change_fen"].value
    assert launch_fact(workspace, survey) is None
    snapshot.loc[snapshot["pseudonym"].isin(eager), "plan_id"] = NEW.id
    put("customer", "202612", snapshot.to_dict("records"))
    fact = launch_fact(workspace, survey)
    assert fact is not None
    assert (fact.month, fact.takers) == ("202612", len(eager))
    later = Survey("S9", MONTHS[1], "20270101", NEW.id, {}, survey.frame, survey.asked, survey.control)
    stated, bought, saving = past_launches(workspace, later)
    assert len(stated) == len(saving) == rows["response"].notna().sum()
    assert bought.sum() == len(eager)


def test_themes_and_the_plans_they_propose() -> None:
    table = group_suggestions(["流量太少", "流量太少", "月费再低一点", "月费再低一点，流量也少", "天气好", "", None])
    assert table.to_dict("records") == [
        {"theme": "data", "count": 3, "phrases": "流量太少"},
        {"theme": "fee", "count": 2, "phrases": ""},
        {"theme": "other", "count": 1, "phrases": ""},
    ]
    header, plan = CATALOGUE.header, CATALOGUE.plan("G088")
    more = edited_plan(header, plan, "data")
    assert isinstance(more, Plan)
    assert [one.units for one in more.allowances] == ["80min", "6400MB", 20]
    assert str(edited_plan(header, plan, "overage").rates[0].price) == "0.2800"
    assert edited_plan(header, plan, "service") is None
    assert edited_plan(header, plan, "other") is None
    bare = plan.model_copy(update={"allowances": [one for one in plan.allowances if one.units != 20]})
    assert edited_plan(header, bare, "messages") is None
    cheaper = edited_plan(header, plan, "fee")
    assert plan_words(header, cheaper).startswith("月费79.2元")
    found = Proposals(CATALOGUE, plan, [cheaper, more], None)
    for language, said in (("zh", "月固定费：月费 88.00 元。 → 月费 79.20 元。"), ("en", "→ Includes 6400 MB")):
        shown = survey_page.proposals_table(found, language).text
        assert said in shown, shown
    longer = edited_plan(header, CATALOGUE.plan("G058"), "minutes")
    shown = survey_page.proposals_table(Proposals(CATALOGUE, CATALOGUE.plan("G058"), [longer], None), "en").text
    assert shown.count("Includes") == 2  # once before and once after, whatever classes share the bundle
    dearer = plan.model_copy(update={"rates": [one.model_copy(update={"connect": Decimal("1")}) for one in plan.rates]})
    named = survey_page.proposals_table(Proposals(CATALOGUE, plan, [dearer], None), "en").text
    assert "international calls: " in named


def test_a_kept_forecast_is_held_against_what_came_and_no_longer_changes(told: Told, put: Put) -> None:
    workspace, _, _ = told
    survey = drawn_survey(told)
    answered(put, survey)
    assert launches(workspace).empty
    assert launches_table(launches(workspace), "en").text == ""
    before = evaluate_survey(workspace, survey)
    over = (before.estimates["naive"].value - before.estimates["take_up"].value) * 100
    assert f"{over:.1f} points above the adjusted" in estimates_figure(before, "en").sentence.plain
    store_forecast(workspace, evaluate_survey(workspace, survey))
    kept = forecast_path(workspace, survey).read_bytes()
    snapshot = read_table(paths(workspace, "customer", [MONTHS[1]])).to_pandas()
    takers = survey.frame["pseudonym"][:12]
    snapshot.loc[snapshot["pseudonym"].isin(takers), "plan_id"] = NEW.id
    put("customer", "202612", snapshot.to_dict("records"))
    bill = {"month": "202612", "fee_item": "0101", "discount_fen": 0}
    paid = zip(survey.frame["pseudonym"], survey.frame["current_fen"].round().astype(int), strict=True)
    rows = [{"pseudonym": who, "receivable_fen": fen - 700 * (who in set(takers))} | bill for who, fen in paid]
    put("bill_item", "202612", rows)
    found = launches(workspace).set_index("figure")
    assert found.loc["take_up", "fact"] == 12 / len(survey.frame)
    assert found.loc["revenue_change_fen", "fact"] == pytest.approx(-700 * 12, abs=12)
    assert found.loc["take_up", "month"] == "202612"
    assert found.loc["take_up", "within"] == (
        found.loc["take_up", "low"] <= 12 / len(survey.frame) <= found.loc["take_up", "high"]
    )
    store_forecast(workspace, evaluate_survey(workspace, survey, arpu_months=1))
    assert forecast_path(workspace, survey).read_bytes() == kept
    told_en = launches_words(launches(workspace), "en").plain
    assert told_en.startswith("1 surveyed plans were launched")
    assert "202612" in launches_table(launches(workspace), "zh").text
    assert len(launches_figure(launches(workspace), "zh").items) == 1
