"""Models on disk: an immutable folder per model, named by its content, and signed.

Everything is text (LightGBM's own format and JSON), nothing is pickled. Before anything is parsed every byte is checked
against the sums (SHA-256) that the ledger knows, and the sums against a signature (HMAC) that only the vault's key
makes. The same inputs give the same name, so a second run stores nothing. The first model of a source is its champion;
who follows is decided in `promotion`.
"""

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.errors import CallError, DiskFailed, SecurityRefused
from bassboss_lib.learning.calibration import Calibrator
from bassboss_lib.learning.cards import written
from bassboss_lib.learning.drift import refuse_drift
from bassboss_lib.learning.encoding import Encoding
from bassboss_lib.learning.fit import Fitted
from bassboss_lib.learning.model import Model
from bassboss_lib.learning.promotion import point
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

__all__ = ["card", "load", "save"]

SUMS, SIGNATURE = "SHA256SUMS", "SIGNATURE"
FILES = ("calibration.json", "card.json", "card_en.md", "card_zh.md", "encoding.json", "features.json", "model.txt")
SIGNED = "models"
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

    Returns
    -------
    str
        The model's id: 16 hex digits of the hash of all its files.

    Raises
    ------
    DiskFailed
        If the folder cannot be written.
    """
    texts = _texts(fitted, function, source, month, data or {})
    sums = "".join(f"{_sha256(texts[name].encode())}  {name}\n" for name in FILES)
    digest = _sha256(sums.encode())
    id = digest[:16]
    signed = {SUMS: sums, SIGNATURE: Vault(workspace).signature(SIGNED, sums.encode()) + "\n"}
    _write(workspace.models / function / id, texts | signed)
    figures = {name: estimate.value for name, estimate in fitted.figures["model"].items()}
    now = workspace.now.isoformat()
    with ledger.transaction():
        row = (id, function, source, month, now, digest, json.dumps(figures, sort_keys=True))
        new = ledger.execute("INSERT OR IGNORE INTO model VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        if new:
            ledger.event(workspace.now, "model", id, {"function": function, "source": source, "month": month})
        if not ledger.one("SELECT 1 FROM champion WHERE function = ? AND source = ?", (function, source)):
            point(workspace, ledger, function, source, id, why="first model")
    return id


def load(workspace: Workspace, ledger: Ledger, function: str, source: str, id: str | None = None) -> Model:
    """Read a stored model, by default the champion, after every byte was checked.

    As of an old month, the default is the model that scored then.

    Raises
    ------
    CallError
        If the ledger knows no such model, or other library versions are installed than trained it (R27).
    SecurityRefused
        If a file was altered, added or removed since it was stored (R26); nothing is parsed then.
    """
    known = _known(ledger, function, source, id or _then(workspace, ledger, function, source))
    texts = _checked(workspace, known)
    refuse_drift(workspace, ledger, known["id"], json.loads(texts["card.json"])["versions"])
    features = tuple(Feature(**entry) for entry in json.loads(texts["features.json"]))
    encoding = Encoding.from_json(texts["encoding.json"])
    calibrator = Calibrator.from_json(texts["calibration.json"])
    return Model(texts["model.txt"], encoding, calibrator, features, known["id"])


def card(workspace: Workspace, ledger: Ledger, function: str, source: str, id: str | None = None) -> dict[str, Any]:
    """Read a stored model's card: parameters, data, figures with intervals, versions.

    Raises
    ------
    CallError
        If the ledger knows no such model.
    SecurityRefused
        If a file was altered (R26).
    """
    return dict(json.loads(_checked(workspace, _known(ledger, function, source, id))["card.json"]))


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


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write aside, then rename: a model folder is complete or absent."""
    aside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        if folder.exists():
            stored = {path.name: path.read_bytes() for path in folder.iterdir()}
            if stored == {name: text.encode() for name, text in texts.items()}:
                return
            shutil.rmtree(folder)  # its name says what it must hold; whoever altered it is put right
        aside.mkdir(parents=True)
        for name, text in texts.items():
            with (aside / name).open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        aside.rename(folder)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise DiskFailed(
            f"model not stored: {error.strerror}",
            where=str(folder),
            kept="the champion",
            remedy="free the disk",
        ) from error


def _known(ledger: Ledger, function: str, source: str, id: str | None) -> dict[str, str]:
    if id is None:
        id = _champion(ledger, function, source) or ""
    query = "SELECT id, function, sha256 FROM model WHERE function = ? AND source = ? AND id = ?"
    row = ledger.one(query, (function, source, id))
    if row is None:
        what = f"no model {id}" if id else "no model yet"
        raise CallError(what, where=f"{function}, {source}", remedy="run the training notebook first")
    return dict(row)


def _champion(ledger: Ledger, function: str, source: str) -> str | None:
    row = ledger.one("SELECT model FROM champion WHERE function = ? AND source = ?", (function, source))
    return row["model"] if row else None


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


def _checked(workspace: Workspace, known: Mapping[str, str]) -> dict[str, str]:
    """Texts of all files, once their sums agree with the ledger."""
    folder = workspace.models / known["function"] / known["id"]
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}
    altered = sorted({*FILES, SUMS, SIGNATURE} ^ set(contents))
    if not altered:
        sums = "".join(f"{_sha256(contents[name])}  {name}\n" for name in FILES)
        stored = contents[SUMS].decode(errors="replace").splitlines()
        altered = [line[66:] for line in sums.splitlines() if line not in stored]
        if not altered and _sha256(contents[SUMS]) != known["sha256"]:
            altered = [SUMS]
        if not altered and not _signed(workspace, contents):
            altered = [SIGNATURE]
    if altered:
        raise SecurityRefused(
            f"model altered: {', '.join(altered)}",
            fault="R26",
            where=f"{known['function']}/{known['id']}",
            kept="nothing was read from it",
            remedy="restore the folder from a backup, or train again",
        )
    return {name: contents[name].decode() for name in FILES}


def _signed(workspace: Workspace, contents: Mapping[str, bytes]) -> bool:
    right = Vault(workspace).signature(SIGNED, contents[SUMS])
    return hmac.compare_digest(contents[SIGNATURE].strip(), right.encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
