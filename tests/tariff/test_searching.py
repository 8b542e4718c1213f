from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.tariff.material import Material, boss_material
from bassboss_lib.tariff.parity import without_failing
from bassboss_lib.tariff.rehearsal import rehearse
from bassboss_lib.tariff.scene import design_bills
from bassboss_lib.tariff.searching import run_search, scene_of
from bassboss_lib.tariff.space import Space, read_space
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
