from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.reports.search_page import competition_words, fronts, search_words
from bassboss_lib.tariff.candidates import design_plan
from bassboss_lib.tariff.material import Material, boss_material
from bassboss_lib.tariff.parity import without_failing
from bassboss_lib.tariff.rehearsal import rehearse
from bassboss_lib.tariff.scene import design_bills
from bassboss_lib.tariff.searching import read_search, run_search, scene_of, store_search
from bassboss_lib.tariff.space import PARAMETERS, Space, design_of, read_space
from bassboss_lib.workspace import Workspace
from tests.tariff.worlds import MONTHS, Put, fill

SHIPPED = Path(__file__).resolve().parents[2] / "params" / "search" / "data.yaml"


def space(**changes: object) -> Space:
    given = read_space(SHIPPED).model_dump(mode="json")
    return Space.model_validate(given | {"sobol": 64, "finalists": 5, "draws": 20, "subsample": 500} | changes)


@pytest.fixture
def given(workspace: Workspace, put: Put) -> Material:
    fill(put, people=400, exact=False)
    return without_failing(boss_material(workspace, MONTHS), None)[0]


def test_designs_price_what_the_engine_rates_and_the_rest_stays(given: Material) -> None:
    said = rehearse(given)
    scene, places, covered = scene_of(given, said, space(brand=""))
    assert covered == {"voice": ["v.local.on", "v.local.off", "v.nat"], "data": ["d.dom"], "sms": ["sms"]}
    assert len(scene) == len(places) == 400
    done = run_search(given, space(brand="", constraints={}))
    plan = done.plans[0]
    exact = rehearse(given, [plan])
    rated = exact.mean(exact.bills_fen[:, -1])[places]
    priced = design_bills(scene.use, done.found[0].design).mean(axis=0)
    assert np.abs(rated - priced).max() < 60  # rounding of each call to the fen
    assert abs(done.exact_gap_fen[0]) < 20
    assert plan.id == "data_search"


def test_designs_with_tiers_price_what_the_engine_rates(given: Material) -> None:
    asked = space(brand="")
    scene, places, covered = scene_of(given, rehearse(given), asked)
    values = dict(zip(PARAMETERS, (38, 30, 1, 0, 0.2, 5, 0.1), strict=True))
    values |= {"tier_min": 20, "yuan_per_min_after": 0.1, "tier_gb": 0.5, "yuan_per_gb_after": 3}
    plan = design_plan(asked, design_of(values), given.catalogue.plans[0], covered)
    tiers = {rate.of[0]: [(one.to, str(one.price)) for one in rate.tiers] for rate in plan.rates if rate.tiers}
    assert tiers == {"v.local.on": [("20min", "0.2"), (None, "0.1")], "d.dom": [("512MB", "5"), (None, "3")]}
    exact = rehearse(given, [plan])
    rated = exact.bills_fen[:, -1].reshape(-1, 2).T[:, places]
    priced = design_bills(scene.use, design_of(values))
    assert (scene.use[0] > 50).mean() > 0.5
    assert (scene.use[1] > 1.5).mean() > 0.5
    assert np.abs(rated - priced).max() <= 1  # of a month each line is rounded once
    flat = design_plan(asked, design_of(values | {"tier_gb": 0, "yuan_per_min_after": 0.2}), plan, covered)
    assert [str(rate.price) for rate in flat.rates[:2]] == ["0.2", "3"]


def test_a_brand_is_searched_alone_and_what_is_wrong_is_named(given: Material) -> None:
    said = rehearse(given)
    scene, places, _ = scene_of(given, said, space())
    assert {said.catalogue.plans[place].brand for place in said.own[places]} == {"3"}
    assert scene.menu_fen.shape[1] == sum(plan.brand == "3" for plan in said.catalogue.plans)
    with pytest.raises(CallError, match="brand '9' has no plan"):
        run_search(given, space(brand="9"))
    few = replace(given, plan_of_row=np.zeros_like(given.plan_of_row))
    with pytest.raises(GateRefused, match="0 customers"):
        scene_of(few, rehearse(few), space())


def test_a_stored_search_is_read_back_and_shown(workspace: Workspace, given: Material) -> None:
    done = run_search(given, space(brand="", constraints={}))
    assert read_search(workspace, "data_search") is None
    store_search(workspace, "data_search", done)
    tried = read_search(workspace, "data_search")
    assert tried is not None
    assert len(tried) == len(done.found[0].tried)
    assert f"The search tried {len(tried):,} designs" in search_words(tried, "en").plain
    assert "不是搜索得到的" in search_words(None, "zh").plain
    best = done.found[0].tried["objective"].max() / 100
    shown = fronts(tried, "en").items
    assert len(shown) == 1
    assert f"{best:,.2f}" in shown[0].sentence.plain
    assert fronts(None, "zh").items == ()


def test_uneven_competition_is_named() -> None:
    tested = pd.DataFrame({"plan": ["A", "B"], "customers": [9, 5], "p_value": [0.4, 0.01]})
    assert competition_words(tested, "en").plain.startswith("Without B coefficients change")
    assert "A, B" in competition_words(tested.assign(p_value=0.3), "zh").plain
    assert competition_words(tested.head(0), "en").plain.startswith("Too few choices")
