from pathlib import Path

import numpy as np
import pytest
from ipywidgets import Button, FloatSlider

from bassboss_lib.errors import CallError
from bassboss_lib.reports.desk_page import sliders
from bassboss_lib.tariff.candidates import read_candidates
from bassboss_lib.tariff.desk import Desk, desk_of, effect, open_desk
from bassboss_lib.tariff.scene import base, design_bills
from bassboss_lib.tariff.space import PARAMETERS, design_of
from bassboss_lib.workspace import Workspace
from tests.tariff.scenes import scene, truth
from tests.tariff.test_searching import space
from tests.tariff.worlds import CATALOGUE, MONTHS, Put, fill


@pytest.fixture
def desk(workspace: Workspace, put: Put) -> Desk:
    fill(put, people=160)
    return open_desk(workspace, MONTHS[1], space(brand=""), months_back=2, parity_min=0.0)


def test_the_effect_is_that_of_everybody_on_the_plan() -> None:
    made, _ = scene(1_000)
    design = np.array([5000.0, 100, 5, 0, 10, 500, 5])
    current = made.use[4].mean(axis=0)
    said = effect(made, base(made, truth()), current, design)
    change = design_bills(made.use, design).mean(axis=0) - current
    assert said["winners"] == (change < -100).mean()
    assert said["losers"] == (change > 100).mean()
    assert said["p50_fen"] == pytest.approx(np.median(change), abs=60)
    assert 0 < said["take_up"] < 1


def test_moving_a_slider_redraws_and_saving_keeps_a_candidate(desk: Desk, workspace: Workspace) -> None:
    shown = sliders(desk, "en")
    rows = [one for one in shown.children if isinstance(one, FloatSlider)]
    assert len(rows) == len(PARAMETERS)
    figures = shown.children[7]
    before = figures.value
    rows[0].value = 98
    assert figures.value != before
    assert "pay less" in figures.value
    [save, _] = shown.children[8].children
    assert isinstance(save, Button)
    save.click()
    assert shown.children[9].value == "✓ data_search"
    [plan] = read_candidates(workspace.root / "candidates" / "data_search.yaml", CATALOGUE)
    assert str(plan.fee.amount) == "98"


def test_a_space_with_tiers_has_sliders_for_them(workspace: Workspace, put: Put) -> None:
    fill(put, people=160)
    tiers = {"tier_gb": {"low": 0, "high": 2, "step": 1}, "yuan_per_gb_after": {"low": 0, "high": 10, "step": 1}}
    parameters = space().model_dump(mode="json")["parameters"] | tiers
    given = space(brand="", parameters=parameters)
    shown = sliders(open_desk(workspace, MONTHS[1], given, months_back=2, parity_min=0.0), "en")
    rows = {one.description: one for one in shown.children if isinstance(one, FloatSlider)}
    assert len(rows) == len(PARAMETERS) + 2
    rows["data (GB)"].value = 1
    before = shown.children[9].value
    rows["yuan a GB after it"].value = 0
    assert shown.children[9].value != before
    shown.children[10].children[0].click()
    [plan] = read_candidates(workspace.root / "candidates" / "data_search.yaml", CATALOGUE)
    assert any(rate.tiers for rate in plan.rates if "d.dom" in rate.of)


def test_what_cannot_be_done_is_said_on_the_desk(desk: Desk) -> None:
    shown = sliders(desk, "zh")
    shown.children[8].children[1].click()  # this warehouse has no identities: no list can be made
    assert "✓" not in shown.children[9].value
    assert shown.children[9].value


def test_values_become_a_design_and_an_unknown_space_is_refused(workspace: Workspace) -> None:
    values = dict.fromkeys(PARAMETERS, 2.0)
    assert design_of(values).tolist() == [200, 2, 2, 2, 200, 200, 200]
    with pytest.raises(CallError, match="no search 'nothing'"):
        desk_of(workspace, MONTHS[1], "nothing", months_back=1, parity_min=0.0)
    assert (Path(__file__).resolve().parents[2] / "params" / "search" / "data.yaml").exists()
