from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.care import drivers
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.learning import BoostingSettings, Explanation
from bassboss_lib.vault import create_key
from bassboss_lib.warehouse.wide import import_table
from bassboss_lib.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent.parent
MAPPING = ROOT / "params" / "sources" / "beijing_mobile.yaml"
DATA = ROOT.parent / "shared" / "data"
SURVEY = DATA / "beijing_mobile" / "att1_voice_satisfaction.xlsx"
LEAKING = ("网络覆盖与信号强度", "语音通话清晰度", "语音通话稳定性")


def survey(path: Path, rows: int = 1600, seed: int = 0) -> Path:
    """Write a small survey with the headers of the mapping: failed calls make customers dissatisfied."""
    from bassboss_lib.warehouse.mapping import read_mapping

    chance = np.random.default_rng(seed)
    mapping = read_mapping(MAPPING)
    frame = pd.DataFrame({"用户id": np.arange(1, rows + 1)})
    for column, known in mapping.columns.items():
        frame[column] = chance.integers(0, 5, rows) if known.kind == "number" else chance.choice(["a", "b"], rows)
    odds = -3.0 + 1.2 * frame["未接通掉话次数"] + 2.0 * (frame["手机没有信号"] == 1)
    unhappy = chance.uniform(size=rows) < 1 / (1 + np.exp(-odds))
    frame["语音通话整体满意度"] = np.where(unhappy, chance.integers(1, 7, rows), chance.integers(7, 11, rows))
    for column in LEAKING:
        frame[column] = frame["语音通话整体满意度"]
    frame.to_excel(path, index=False)
    return path


def test_scores_of_six_and_less_are_dissatisfied_and_sub_scores_are_left_out(
    workspace: Workspace, tmp_path: Path
) -> None:
    create_key(workspace, b"tests")
    report = import_table(workspace, MAPPING, [survey(tmp_path / "survey.xlsx")])
    assert set(LEAKING) <= set(report.left_out)
    scores = pd.read_excel(tmp_path / "survey.xlsx")["语音通话整体满意度"]
    assert report.positives == int((scores <= 6).sum())
    quick = BoostingSettings(trees_max=20, patience=5, inner_folds=2)
    found = drivers.satisfaction(workspace, "beijing_mobile", quick)
    assert not {feature.group for feature in found.operations.model.features} & set(drivers.SURVEY)
    explanation, strength = drivers.drivers(found)
    assert strength["name"].iloc[0] == "failed_calls"
    assert drivers.priorities(explanation)["group"].iloc[0] == "network"
    values, intervals, rows = drivers.figures(found)
    assert values["auc_asked"] > values["auc_operations"] > 0.7
    assert intervals["auc_asked"][0] < values["auc_asked"] < intervals["auc_asked"][1]
    assert rows == {"customers": 1600, "dissatisfied": report.positives}


def test_priorities_count_only_what_pushes_up() -> None:
    features = (Feature("a", "network", "", "a", "a"), Feature("b", "bill", "", "b", "b"))
    phi = np.array([[1.0, -1.0], [0.0, -1.0]])
    found = drivers.priorities(Explanation(phi, 0.0, phi, features)).set_index("group")
    assert found.loc["bill", ["reach", "fewer_per_1000"]].tolist() == [0.0, 0.0]
    assert found.loc["network", "reach"] == 0.5
    gain = 1 / (1 + np.exp(0.0)) - 1 / (1 + np.exp(1.0))
    assert found.loc["network", "fewer_per_1000"] == pytest.approx(1000 * gain / 2)
    assert found["form"].to_dict() == {"network": "F11", "bill": "F09"}


@pytest.mark.slow
@pytest.mark.skipif(not SURVEY.exists(), reason="the survey is not on this machine")
def test_on_the_real_survey_dissatisfaction_is_foretold_as_well_as_was_promised(workspace: Workspace) -> None:
    create_key(workspace, b"tests")
    report = import_table(workspace, MAPPING, [SURVEY])
    assert (report.rows, report.positives) == (5433, 731)
    values = drivers.figures(drivers.satisfaction(workspace, "beijing_mobile"))[0]
    assert values["auc_operations"] >= 0.70
    assert values["auc_asked"] >= 0.85
