"""A month's segments as one thing: scales, groups, numbers, names, and the trees that explain who is in which.

It is stored as text in the model store (``models/segments/<id>``), signed and checked like every model; nothing in it
runs code. Each month leaves one, and the next month begins with it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from bassboss_lib.learning.drift import refuse_drift
from bassboss_lib.learning.folders import keep, known, read
from bassboss_lib.learning.promotion import has_seen_less, point
from bassboss_lib.ledger import Ledger
from bassboss_lib.segments.clusters import Clusters
from bassboss_lib.segments.keep import OUTLIERS, settle
from bassboss_lib.segments.names import Claim, Name
from bassboss_lib.segments.space import Space
from bassboss_lib.workspace import Workspace

__all__ = ["FUNCTION", "SOURCE", "SegmentModel", "load_model", "newest_model", "store_model"]

FUNCTION, SOURCE = "segments", "boss"
LIBRARIES = ("bassboss", "lightgbm", "numpy", "pandas", "scikit-learn", "scipy")


@dataclass(frozen=True)
class SegmentModel:
    """What a month's segments are.

    Parameters
    ----------
    month : str
        The month whose customers were divided.
    space : Space
        Scales of the dimensions.
    clusters : Clusters
        The groups.
    numbers : tuple of str
        Segment number of each group.
    highest : int
        The highest number ever given.
    fence : float
        Distance beyond which a customer is an outlier.
    names : mapping
        Number → name and claims, outliers among them.
    surrogate : str
        Trees in LightGBM's text format that say who is in which segment; empty where there is one segment only.
    facts : mapping
        Figures and announcements, for the card.
    id : str
        Of the stored model; empty until it is stored.
    """

    month: str
    space: Space
    clusters: Clusters
    numbers: tuple[str, ...]
    highest: int
    fence: float
    names: Mapping[str, Name]
    surrogate: str
    facts: Mapping[str, Any]
    id: str = ""

    def assign(self, measured: pd.DataFrame, before: pd.Series | None = None) -> pd.Series:
        """Give each customer a segment number.

        Parameters
        ----------
        measured : DataFrame
            Of `measures`.
        before : Series, optional
            Last month's numbers by pseudonym: nobody leaves a segment on noise.
        """
        points = self.space.points(measured)
        misfit = self.clusters.misfit(points)
        away = self.clusters.distance(points, misfit.argmin(axis=1))
        place = {number: group for group, number in enumerate(self.numbers)} | {OUTLIERS: -1}
        known = pd.Series(-2, index=measured.index)
        if before is not None:
            known = before.reindex(measured.index).map(place).fillna(-2).astype("int64")
        groups = settle(misfit, away, self.fence, known.to_numpy())
        words = np.array([*self.numbers, OUTLIERS], dtype=object)
        return pd.Series(words[groups], index=measured.index, name="segment_no").astype("str")


def store_model(workspace: Workspace, ledger: Ledger, model: SegmentModel) -> str:
    """Keep a model; the newest month's is the champion, for whoever lists the models."""
    figures = {name: float(value) for name, value in model.facts["figures"].items()}
    id = keep(workspace, ledger, _texts(model), function=FUNCTION, source=SOURCE, month=model.month, figures=figures)
    serves = ledger.one("SELECT model FROM champion WHERE function = ? AND source = ?", (FUNCTION, SOURCE))
    if (serves is None or serves["model"] != id) and not has_seen_less(ledger, FUNCTION, SOURCE, id):
        with ledger.transaction():
            point(workspace, ledger, FUNCTION, SOURCE, id, why=f"segments of {model.month}")
    return id


def newest_model(ledger: Ledger, until: str) -> str:
    """Give the id of the newest model of a month up to ``until``; empty if there is none."""
    query = "SELECT id FROM model WHERE function = ? AND source = ? AND month <= ? ORDER BY month DESC, rowid DESC"
    row = ledger.one(query, (FUNCTION, SOURCE, until))
    return row["id"] if row else ""


def load_model(workspace: Workspace, ledger: Ledger, id: str) -> SegmentModel:
    """Read a stored model, after every byte was checked.

    Raises
    ------
    CallError
        If the ledger knows no such model, or other library versions are installed than made it (R27).
    SecurityRefused
        If a file was altered (R26).
    """
    texts = read(workspace, known(ledger, FUNCTION, SOURCE, id))
    card, groups = json.loads(texts["card.json"]), json.loads(texts["groups.json"])
    refuse_drift(workspace, ledger, id, card["versions"])
    names = {number: _name(entry) for number, entry in json.loads(texts["names.json"]).items()}
    space = Space(*(tuple(groups["space"][part]) for part in ("names", "centre", "spread", "weight")))
    arrays = [np.array(groups[part], dtype=np.float64) for part in ("centres", "variances", "shares")]
    shape = (len(arrays[2]), len(space.names))
    clusters = Clusters(groups["method"], arrays[0].reshape(shape), arrays[1].reshape(shape), arrays[2])
    return SegmentModel(
        card["month"], space, clusters, tuple(groups["numbers"]), groups["highest"], groups["fence"], names,
        texts["surrogate.txt"], card["facts"], id,
    )  # fmt: skip


def _name(entry: Mapping[str, Any]) -> Name:
    return replace(Name(**entry), claims=tuple(Claim(**claim) for claim in entry["claims"]))


def _texts(model: SegmentModel) -> dict[str, str]:
    groups = {
        "space": asdict(model.space),
        "method": model.clusters.method,
        "centres": model.clusters.centres.tolist(),
        "variances": model.clusters.variances.tolist(),
        "shares": model.clusters.shares.tolist(),
        "numbers": list(model.numbers),
        "highest": model.highest,
        "fence": model.fence,
    }
    versions = {name: version(name) for name in LIBRARIES}
    card = {"function": FUNCTION, "source": SOURCE, "month": model.month, "facts": model.facts, "versions": versions}
    return {
        "card.json": _json(card),
        "groups.json": _json(groups),
        "names.json": _json({number: asdict(name) for number, name in model.names.items()}),
        "surrogate.txt": model.surrogate,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
