import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from bassboss_lib import demo
from bassboss_lib.errors import CallError
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.workspace import Workspace


class Truth:
    """A counterpart that knows of every customer who will leave."""

    def deliver(self, workspace: Workspace, month: str, *, customers: int) -> list[Path]:
        raise AssertionError("nothing is delivered here")

    def truth(self, workspace: Workspace, month: str) -> pa.Table:
        keys = [f"{number:04}" for number in range(200)]
        return pa.table({"customer_id": keys, "churn_probability_3m": [number % 2 / 1.0 for number in range(200)]})


@pytest.fixture
def scored(workspace: Workspace) -> Path:
    create_key(workspace, b"tests")
    vault, keys = Vault(workspace), [f"{number:04}" for number in range(200)]
    pseudonyms = vault.pseudonyms(keys)
    identity = {"pseudonym": pseudonyms, "customer_id": keys, "msisdn": keys, "name": keys, "employer": keys}
    vault.remember("202607", 0, pa.table(identity))
    random = np.random.default_rng(0)
    rows = pd.DataFrame({"pseudonym": pseudonyms.to_pylist(), "churn": [number % 2 for number in range(200)]})
    path = workspace.warehouse / "score" / "month=202607" / "model.parquet"
    path.parent.mkdir(parents=True)
    rows.assign(churn_probability=random.random(200)).to_parquet(path)
    return path


def test_scores_and_truth_are_compared_on_the_same_customers(workspace: Workspace, scored: Path) -> None:
    right = demo.how_right(workspace, Truth(), "202607", scored)
    assert right["auc_truth"].value == pytest.approx(1.0)
    assert 0.35 < right["auc"].value < 0.65


def test_another_demo_in_the_workspace_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "demo.json").write_text(json.dumps({"customers": 7, "months": ["202508", "202610"]}))
    with pytest.raises(CallError, match="another demo is here"):
        demo.demo(Truth(), 200, str(tmp_path / "work"))
