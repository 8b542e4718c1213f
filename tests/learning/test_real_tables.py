from pathlib import Path

import pytest

from bassboss_lib.learning import Fitted, sample_of, split_of, train
from bassboss_lib.warehouse.wide import ImportReport, import_table, load_source
from bassboss_lib.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "iranian_churn": ROOT.parent / "shared/data/iranian_churn/Customer_Churn.csv",
    "cell2cell": ROOT.parent / "shared/data/cell2cell/cell2cell.parquet",
}
pytestmark = pytest.mark.skipif(not all(path.exists() for path in FILES.values()), reason="no tables here")


def bring(workspace: Workspace, name: str) -> ImportReport:
    return import_table(workspace, ROOT / "params" / "sources" / f"{name}.yaml", [FILES[name]])


def fitted(workspace: Workspace, name: str) -> Fitted:
    bring(workspace, name)
    source = load_source(workspace, name)
    return train(sample_of(source), split_of(source), prior=source.mapping.prior)


def test_iranian_rows_that_repeat_are_dropped(workspace: Workspace) -> None:
    report = bring(workspace, "iranian_churn")
    assert (report.rows_read, report.duplicates_dropped, report.rows, report.positives) == (3150, 300, 2850, 446)
    assert report.ignored == []


def test_cell2cell_declares_its_test_rows(workspace: Workspace) -> None:
    report = bring(workspace, "cell2cell")
    source = load_source(workspace, "cell2cell")
    part = split_of(source).parts[0]
    assert (report.rows, report.ignored) == (55527, [])
    assert (len(part.train), len(part.test), int(source.y[part.test].sum())) == (40000, 15527, 287)


@pytest.mark.slow
def test_iranian_goal(workspace: Workspace) -> None:
    figures = fitted(workspace, "iranian_churn").figures
    assert figures["model"]["auc"].value >= 0.987
    assert figures["model"]["log_loss"].value <= 0.100
    assert 0.9865 <= figures["untuned"]["auc"].value <= 0.9885


@pytest.mark.slow
def test_cell2cell_goal(workspace: Workspace) -> None:
    figures = fitted(workspace, "cell2cell").figures
    assert figures["model"]["log_loss"].value <= 0.0890
    assert figures["model"]["log_loss_constant"].value == pytest.approx(0.0921, abs=1e-4)
    assert figures["model"]["auc"].value >= figures["untuned"]["auc"].low
    assert figures["model"]["auc"].value >= 0.684
