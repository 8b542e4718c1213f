"""Segments against the planted types of the stand-in: what no operator could check."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from bassboss_lib import boss, flow, months
from bassboss_lib.boss import identity, latent
from bassboss_lib.features import View
from bassboss_lib.segments import holds, segment, write_segments
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.workspace import Workspace, open_workspace

pytestmark = pytest.mark.truth

FIRST, BEGIN, LAST = "202508", "202511", "202604"
CUSTOMERS = 4000


def true_latents(workspace: Workspace, month: str) -> pd.DataFrame:
    """Give type and latents by pseudonym, from the state that only the stand-in knows."""
    path = workspace.boss / "state" / f"month={month}" / "state.parquet"
    people = {name: column.to_numpy() for name, column in pq.read_table(path).to_pandas().items()}
    frame = pd.DataFrame(latent.latents(boss.read_world(), people))
    frame["type"] = people["latent_type"]
    frame["customer_id"] = identity.customer_ids(people["serial"])
    known = Vault(workspace).identities(month).to_pandas()[["customer_id", "pseudonym"]]
    return frame.merge(known, on="customer_id").set_index("pseudonym").drop(columns="customer_id")


def ratio(labels: pd.Series, truth: pd.DataFrame) -> tuple[float, float]:
    """Give the adjusted Rand index of the segments with the types, and that of k-means on the true latents."""
    own = truth.reindex(labels.index)
    points = own.drop(columns="type").to_numpy(dtype=np.float64)
    best = KMeans(own["type"].nunique(), n_init=5, random_state=0).fit_predict(points)
    return float(adjusted_rand_score(own["type"], labels)), float(adjusted_rand_score(own["type"], best))


def test_segments_find_the_planted_types_and_last(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "work", "2026-05-03T08:00")
    create_key(workspace, b"tests")
    for month in months.span(FIRST, LAST):
        boss.deliver(workspace, month, customers=CUSTOMERS)
    flow.ingest(workspace)
    before: tuple[pd.Series, pd.DataFrame] | None = None
    for month in months.span(BEGIN, LAST):
        view = View(workspace, month)
        found = segment(view)
        write_segments(view, found)
        truth = true_latents(workspace, month)
        mine, best = ratio(found.labels, truth)
        agreed = found.model.facts["figures"]["ari"]
        kept = 1.0
        if before is not None:
            both = pd.DataFrame({"was": before[0], "now": found.labels, "old": before[1]["type"], "new": truth["type"]})
            same = both.dropna()[lambda rows: rows["old"] == rows["new"]]
            kept = float((same["was"] == same["now"]).mean())
        before = (found.labels, truth)
        print(f"{month}: agreement {agreed:.3f}, kept {kept:.3f}, Rand {mine:.3f} of {best:.3f} = {mine / best:.3f}")
        assert agreed >= 0.85
        assert kept >= 0.97
        assert mine >= 0.8 * best
        assert holds(found.model.names, found.measured, found.labels)["holds"].all()
        assert len({name.zh for name in found.model.names.values()}) == len(found.model.names)
