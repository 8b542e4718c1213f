"""Segments month by month against the planted types of a stand-in: agreement, who kept their number, what was found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from bassboss_lib import boss
from bassboss_lib.boss import identity, latent
from bassboss_lib.segments.dividing import Segmented
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace


@dataclass(frozen=True)
class Seen:
    """One month: bootstrap agreement, share of unchanged customers who kept their number, and adjusted Rand indices."""

    month: str
    found: Segmented
    agreed: float
    kept: float
    mine: float
    best: float

    def __str__(self) -> str:
        share = f"{self.mine:.3f} of {self.best:.3f} = {self.mine / self.best:.3f}"
        return f"{self.month}: agreement {self.agreed:.3f}, kept {self.kept:.3f}, Rand {share}"


def seen(workspace: Workspace, span: Sequence[str], divided: Callable[[str], Segmented]) -> Iterator[Seen]:
    """Compare the segments of some months, one after the other, with the truth."""
    before: tuple[pd.Series, pd.Series] | None = None
    for month in span:
        found, truth = divided(month), true_latents(workspace, month)
        kept = 1.0
        if before is not None:
            both = pd.DataFrame({"was": before[0], "now": found.labels, "old": before[1], "new": truth["type"]})
            same = both.dropna()[lambda rows: rows["old"] == rows["new"]]
            kept = float((same["was"] == same["now"]).mean())
        before = (found.labels, truth["type"])
        yield Seen(month, found, found.model.facts["figures"]["ari"], kept, *_found(found.labels, truth))


def true_latents(workspace: Workspace, month: str) -> pd.DataFrame:
    """Give type and latents by pseudonym, from the state that only the stand-in knows."""
    path = workspace.boss / "state" / f"month={month}" / "state.parquet"
    people = {name: column.to_numpy() for name, column in pq.read_table(path).to_pandas().items()}
    frame = pd.DataFrame(latent.latents(boss.read_world(), people))
    frame["type"] = people["latent_type"]
    frame["customer_id"] = identity.customer_ids(people["serial"])
    known = Vault(workspace).identities(month).to_pandas()[["customer_id", "pseudonym"]]
    return frame.merge(known, on="customer_id").set_index("pseudonym").drop(columns="customer_id")


def _found(labels: pd.Series, truth: pd.DataFrame) -> tuple[float, float]:
    """Give the adjusted Rand index of the segments with the types, and that of k-means on the true latents."""
    own = truth.reindex(labels.index)
    points = own.drop(columns="type").to_numpy(dtype=np.float64)
    best = KMeans(own["type"].nunique(), n_init=5, random_state=0).fit_predict(points)
    return float(adjusted_rand_score(own["type"], labels)), float(adjusted_rand_score(own["type"], best))
