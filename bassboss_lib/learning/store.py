"""Churn-like models in the store: what is kept of a trained model, and how it is read back.

Folders are those of `folders`: text, immutable, summed and signed. The first model of a source is its champion; who
follows is decided in `promotion`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.errors import CallError
from bassboss_lib.learning.calibration import Calibrator
from bassboss_lib.learning.cards import written
from bassboss_lib.learning.drift import refuse_drift
from bassboss_lib.learning.encoding import Encoding
from bassboss_lib.learning.fit import Fitted
from bassboss_lib.learning.folders import keep, known, read
from bassboss_lib.learning.model import Model
from bassboss_lib.learning.promotion import point
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["card", "load", "save"]

LIBRARIES = ("bassboss", "lightgbm", "numpy", "pandas", "scikit-learn")


def save(
    workspace: Workspace,
    ledger: Ledger,
    fitted: Fitted,
    *,
    function: str,
    source: str,
    month: str = "none",
    data: Mapping[str, Any] | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> str:
    """Store a trained model; it becomes the champion of its function and source if there is none yet.

    Parameters
    ----------
    function, source : str
        What it is for (``retention``) and which table it learnt from (``boss``, or a mapping's name).
    month : str
        Last month whose rows it saw; ``none`` for a table without months.
    data : mapping, optional
        What it learnt from, as JSON values: months, hashes, rows.
    pictures : mapping, optional
        Figures about it, file name (``….png``) → bytes.

    Returns
    -------
    str
        The model's id: 16 hex digits of the hash of its texts.

    Raises
    ------
    DiskFailed
        If the folder cannot be written.
    """
    figures = {name: estimate.value for name, estimate in fitted.figures["model"].items()}
    about = {"function": function, "source": source, "month": month}
    texts = _texts(fitted, function, source, month, data or {})
    id = keep(workspace, ledger, texts, figures=figures, pictures=pictures, **about)
    if not ledger.one("SELECT 1 FROM champion WHERE function = ? AND source = ?", (function, source)):
        with ledger.transaction():
            point(workspace, ledger, function, source, id, why="first model")
    return id


def load(workspace: Workspace, ledger: Ledger, function: str, source: str, id: str | None = None) -> Model:
    """Read a stored model, by default the champion, after every byte was checked.

    As of an old month, the default is the model that scored then.

    Raises
    ------
    CallError
        If the ledger knows no such model, it is an effect model, or other library versions are installed than
        trained it (R27).
    SecurityRefused
        If a file was altered, added or removed since it was stored (R26); nothing is parsed then.
    """
    found = known(ledger, function, source, id or _then(workspace, ledger, function, source))
    texts = read(workspace, found)
    if "encoding.json" not in texts:
        raise CallError("it gives no probabilities", where=f"{function}/{found['id']}", remedy="name another model")
    refuse_drift(workspace, ledger, found["id"], json.loads(texts["card.json"])["versions"])
    features = tuple(Feature(**entry) for entry in json.loads(texts["features.json"]))
    encoding = Encoding.from_json(texts["encoding.json"])
    calibrator = Calibrator.from_json(texts["calibration.json"])
    return Model(texts["model.txt"], encoding, calibrator, features, found["id"])


def card(workspace: Workspace, ledger: Ledger, function: str, source: str, id: str | None = None) -> dict[str, Any]:
    """Read a stored model's card: parameters, data, figures with intervals, versions.

    Raises
    ------
    CallError
        If the ledger knows no such model.
    SecurityRefused
        If a file was altered (R26).
    """
    return dict(json.loads(read(workspace, known(ledger, function, source, id))["card.json"]))


def _texts(fitted: Fitted, function: str, source: str, month: str, data: Mapping[str, Any]) -> dict[str, str]:
    model = fitted.model
    facts = {
        "function": function,
        "source": source,
        "month": month,
        "data": dict(data),
        "rows": dict(fitted.rows),
        "split": {"kind": fitted.split.kind, "zh": fitted.split.note_zh, "en": fitted.split.note_en},
        "settings": fitted.settings.model_dump(exclude={"threads"}),
        "trees": model.trees,
        "notes": list(model.encoding.notes),
        "figures": {who: {name: asdict(e) for name, e in named.items()} for who, named in fitted.figures.items()},
        "spread": dict(fitted.spread),
        "versions": {name: version(name) for name in LIBRARIES},
    }
    return {
        "calibration.json": model.calibrator.to_json(),
        "card.json": _json(facts),
        "card_en.md": written(facts, "en"),
        "card_zh.md": written(facts, "zh"),
        "encoding.json": model.encoding.to_json(),
        "features.json": _json([asdict(feature) for feature in model.features]),
        "model.txt": model.text,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)


def _then(workspace: Workspace, ledger: Ledger, function: str, source: str) -> str | None:
    """Give the model that scored then, for a run of an old month as of then; else None.

    That is who was champion at the clock and had seen no later month; before there was one, the newest such model.
    """
    if workspace.as_of is None:
        return None
    champion = (
        "SELECT m.id FROM promotion p JOIN model m ON m.id = p.model WHERE p.function = ? AND p.source = ?"
        " AND m.month <= ? AND p.at <= ? ORDER BY p.id DESC"
    )
    newest = "SELECT id FROM model WHERE function = ? AND source = ? AND month <= ? ORDER BY month DESC, rowid DESC"
    about = (function, source, workspace.as_of.month)
    row = ledger.one(champion, (*about, workspace.now.isoformat())) or ledger.one(newest, about)
    return row["id"] if row else ""
