from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from bassboss_lib import retention
from bassboss_lib.errors import CallError
from bassboss_lib.learning import BoostingSettings, promote
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.wide import import_table
from bassboss_lib.workspace import Workspace, open_workspace

MONTHS = ["202601", "202602", "202603"]
MAPPING = {
    "name": "mine",
    "zh": "自有表",
    "en": "mine",
    "format": "csv",
    "identifier": "id",
    "month": "month",
    "label": {"column": "left", "positive": "1"},
    "value": {"column": "revenue", "unit": "USD a month", "zh": "收入", "en": "revenue"},
    "drop": {"after": "known only after leaving"},
    "features": {
        "calls": {"group": "usage", "zh": "通话", "en": "calls"},
        "revenue": {"group": "price", "zh": "收", "en": "r"},
    },
}


@pytest.fixture
def small(tmp_path: Path) -> Workspace:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "settings.yaml").write_text("positives_min: 5\nrows_min: 20\n")
    return open_workspace(tmp_path / "work", "2026-11-03T08:00")


FOLDS = {"kind": "folds", "times": 1, "folds": 3, "seed": 0}


def _imported(workspace: Workspace, split: dict, customers: int = 300) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame([(f"{n:05}", month) for month in MONTHS for n in range(customers)], columns=["id", "month"])
    frame["calls"] = random.normal(size=len(frame)).round(3)
    frame["left"] = (frame["calls"] + random.normal(size=len(frame)) > 1.5).astype(int)
    frame["revenue"], frame["after"] = random.integers(5, 90, len(frame)), frame["left"]
    path = workspace.root / "mine.csv"
    frame.to_csv(path, index=False)
    (workspace.root / "mine.yaml").write_text(yaml.safe_dump(MAPPING | {"split": split}, allow_unicode=True))
    import_table(workspace, workspace.root / "mine.yaml", [path])


@pytest.mark.parametrize("split", [{"kind": "time"}, FOLDS])
def test_a_table_by_customer_and_month_is_trained_on_and_listed(small: Workspace, split: dict) -> None:
    _imported(small, split)
    given = retention.material(small, "none", "mine")
    assert "after" in given.note_en
    fitted = retention.train_churn(small, given)
    assert 0.7 < fitted.figures["model"]["auc"].value < 1
    retention.store_churn(small, given, fitted, month="none", source="mine")
    model = retention.champion(small, "mine")
    population = retention.prospects(small, "none", "mine", model)
    assert len(population.rows) == population.rows.index.nunique() == 300
    chosen = retention.select(population.rows, size=10, probability_min=0.05)
    listed = retention.with_traits(chosen, population)
    [path] = retention.deliver(small, "none", "mine", listed, model_id=model.id, folder=small.runs)
    written = pd.read_parquet(path)
    assert written["priority"].tolist() == list(range(1, 11))
    assert written["value_at_stake"].is_monotonic_decreasing
    assert not list(small.outbox.glob("*.dat"))
    figures, _, _ = retention.list_figures(chosen, population)
    assert figures["value_at_stake_fen"] == round(written["value_at_stake"].sum() * 100)


def test_months_of_a_customer_stay_together_in_folds(small: Workspace) -> None:
    _imported(small, FOLDS)
    given = retention.material(small, "none", "mine")
    people = given.sample.keys["pseudonym"].to_numpy()
    assert all(not set(people[part.train]) & set(people[part.test]) for part in given.split.parts)


def test_a_list_without_scored_test_rows_says_what_to_run(small: Workspace) -> None:
    _imported(small, {"kind": "time"})
    given = retention.material(small, "none", "mine")
    retention.store_churn(small, given, retention.train_churn(small, given), month="none", source="mine")
    for path in small.warehouse.glob("score/source=mine/*"):
        path.unlink()
    with pytest.raises(CallError, match="10_retention_train"):
        retention.prospects(small, "none", "mine", retention.champion(small, "mine"))


def _trained(workspace: Workspace, leaves: int) -> tuple[str, str]:
    """Train on the table and settle; give the model's id and the outcome."""
    given = retention.material(workspace, "none", "mine")
    fitted = retention.train_churn(workspace, given, BoostingSettings(leaves=leaves))
    id = retention.store_churn(workspace, given, fitted, month="none", source="mine")
    found = retention.challenge_churn(workspace, given, fitted, id, source="mine")
    return id, retention.settle(workspace, found, id, source="mine")


def test_R23_without_time_there_is_nothing_to_compare_on_and_nobody_is_promoted(small: Workspace) -> None:
    _imported(small, FOLDS)
    first, outcome = _trained(small, 7)
    assert outcome == "champion"
    other, outcome = _trained(small, 3)
    assert outcome == "incomparable"
    assert other != first
    assert retention.champion(small, "mine").id == first
    with Ledger(small.ledger) as ledger:
        promote(small, ledger, "retention", "mine", other, why="by hand", found=None)
    assert retention.champion(small, "mine").id == other


def test_a_list_from_a_table_that_has_changed_since_says_which_model_to_promote(small: Workspace) -> None:
    _imported(small, FOLDS)
    _trained(small, 7)
    _imported(small, FOLDS, customers=200)
    with pytest.raises(CallError, match="the table has changed since model"):
        retention.prospects(small, "none", "mine", retention.champion(small, "mine"))
