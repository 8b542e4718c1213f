"""Folders that nobody alters: one per model, named by its content, its sums known to the ledger and signed.

Everything that is read back is text, nothing is pickled. Before anything is parsed every byte is checked against the
sums (SHA-256) that the ledger knows, and the sums against a signature (HMAC) that only the vault's key makes. The same
inputs give the same name, so a second run stores nothing. Pictures lie beside the texts and are summed and signed with
them, but do not name the model: another version of the drawing library is not another model.
"""

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from bassboss_lib.errors import CallError, DiskFailed, SecurityRefused
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

__all__ = ["keep", "known", "read"]

SUMS, SIGNATURE = "SHA256SUMS", "SIGNATURE"
SIGNED = "models"
PICTURE = ".png"


def keep(
    workspace: Workspace,
    ledger: Ledger,
    texts: Mapping[str, str],
    *,
    function: str,
    source: str,
    month: str,
    figures: Mapping[str, float],
    pictures: Mapping[str, bytes] | None = None,
) -> str:
    """Store a model's files, and let the ledger know; nothing happens if they are there.

    Parameters
    ----------
    texts : mapping
        File name → text; they name the model.
    figures : mapping
        A few numbers by which models are listed.
    pictures : mapping, optional
        File name (``….png``) → bytes.

    Returns
    -------
    str
        The model's id: 16 hex digits of the hash of its texts.

    Raises
    ------
    DiskFailed
        If the folder cannot be written.
    """
    contents = {name: text.encode() for name, text in texts.items()}
    id = _sha256(_sums(contents))[:16]
    folder = workspace.models / function / id
    row = ledger.one("SELECT id, function, sha256 FROM model WHERE id = ?", (id,))
    if row is not None and not _altered(workspace, folder, row["sha256"]):
        return id
    contents |= pictures or {}
    sums = _sums(contents)
    signature = Vault(workspace).signature(SIGNED, sums) + "\n"
    _write(folder, contents | {SUMS: sums, SIGNATURE: signature.encode()})
    with ledger.transaction():
        if row is None:
            said = json.dumps(dict(figures), sort_keys=True)
            new = (id, function, source, month, workspace.now.isoformat(), _sha256(sums), said)
            ledger.execute("INSERT INTO model VALUES (?, ?, ?, ?, ?, ?, ?)", new)
            ledger.event(workspace.now, "model", id, {"function": function, "source": source, "month": month})
        else:
            ledger.execute("UPDATE model SET sha256 = ? WHERE id = ?", (_sha256(sums), id))
    return id


def known(ledger: Ledger, function: str, source: str, id: str | None = None) -> dict[str, str]:
    """Give ``id``, ``function`` and ``sha256`` of a model, by default the champion, or the newest where none is.

    Raises
    ------
    CallError
        If the ledger knows no such model.
    """
    if id is None:
        newest = "SELECT id AS model FROM model WHERE function = ? AND source = ? ORDER BY month DESC, rowid DESC"
        chosen = "SELECT model FROM champion WHERE function = ? AND source = ?"
        row = ledger.one(chosen, (function, source)) or ledger.one(newest, (function, source))
        id = row["model"] if row else ""
    query = "SELECT id, function, sha256 FROM model WHERE function = ? AND source = ? AND id = ?"
    row = ledger.one(query, (function, source, id))
    if row is None:
        what = f"no model {id}" if id else "no model yet"
        raise CallError(what, where=f"{function}, {source}", remedy="run the training notebook first")
    return dict(row)


def read(workspace: Workspace, model: Mapping[str, str]) -> dict[str, str]:
    """Give the texts of a model, once every file agrees with the ledger.

    Parameters
    ----------
    model : mapping
        As `known` gives it.

    Raises
    ------
    SecurityRefused
        If a file was altered, added or removed since it was stored (R26); nothing is parsed then.
    """
    folder = workspace.models / model["function"] / model["id"]
    altered = _altered(workspace, folder, model["sha256"])
    if altered:
        raise SecurityRefused(
            f"model altered: {', '.join(altered)}",
            fault="R26",
            where=f"{model['function']}/{model['id']}",
            kept="nothing was read from it",
            remedy="restore the folder from a backup, or train again",
        )
    names = [name for name in _listed(folder) if not name.endswith(PICTURE)]
    return {name: (folder / name).read_bytes().decode() for name in names}


def _listed(folder: Path) -> dict[str, str]:
    """Give the sum of each file that the folder should hold."""
    lines = (folder / SUMS).read_bytes().decode(errors="replace").splitlines()
    return {line[66:]: line[:64] for line in lines}


def _altered(workspace: Workspace, folder: Path, digest: str) -> list[str]:
    """Name the files that are not what the ledger knows; the sums come first, since they say what else there is."""
    found = {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}
    if _sha256(found.get(SUMS, b"")) != digest:
        return [SUMS]
    right = Vault(workspace).signature(SIGNED, found[SUMS])
    if not hmac.compare_digest(found.get(SIGNATURE, b"").strip(), right.encode()):
        return [SIGNATURE]
    listed = _listed(folder)
    strange = {SUMS, SIGNATURE, *listed} ^ set(found)
    return sorted(strange | {name for name, said in listed.items() if name in found and _sha256(found[name]) != said})


def _sums(contents: Mapping[str, bytes]) -> bytes:
    return "".join(f"{_sha256(contents[name])}  {name}\n" for name in sorted(contents)).encode()


def _write(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write aside, then rename: a model folder is complete or absent."""
    aside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        if folder.exists():
            shutil.rmtree(folder)  # its name says what it must hold; whoever altered it is put right
        aside.mkdir(parents=True)
        for name, content in contents.items():
            with (aside / name).open("wb") as file:
                file.write(content)
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


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
