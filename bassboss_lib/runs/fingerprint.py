"""What a run was made from, as hashes: if nothing of it changed, a plan need not run the step again.

It covers the notebook, the parameters, our code with its data, the libraries, the settings that figures depend on, the
version of every input up to the month and, for a step that says so, the champions.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from bassboss_lib.ledger import Ledger
from bassboss_lib.runs.record import code_hash, libraries, notebook_hash
from bassboss_lib.workspace import Workspace

__all__ = ["changes", "fingerprint"]

Fingerprint = dict[str, str]

IRRELEVANT = ("run_deadline_s", "cell_deadline_s", "run_memory_max_mb", "on_failure", "on_success", "strict_notebooks")
"""Settings that no figure and no file depends on."""


def fingerprint(
    workspace: Workspace,
    ledger: Ledger,
    notebook: Path,
    month: str,
    values: Mapping[str, object],
    *,
    reads_models: bool = False,
) -> Fingerprint:
    """Give the parts of a step's fingerprint, by name."""
    settings = workspace.settings.model_dump(exclude=set(IRRELEVANT))
    parts = {
        "notebook": notebook_hash(notebook),
        "code": code_hash(),
        "libraries": _hash(libraries()),
        "settings": _hash(settings),
        "parameters": _hash(dict(values)),
        "inputs": _hash(_inputs(workspace, month, str(values.get("source", "")))),
    }
    return parts | ({"models": _hash(_champions(ledger))} if reads_models else {})


def changes(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Name the parts that differ.

    Examples
    --------
    >>> changes({"code": "a", "inputs": "b"}, {"code": "a", "inputs": "c"})
    ['inputs']
    """
    return [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]


def _inputs(workspace: Workspace, month: str, source: str) -> object:
    if source:
        folder = workspace.warehouse / "source" / source
        files = sorted(path for path in folder.glob("*") if path.is_file())
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    if month == "none":
        return {}
    from bassboss_lib.warehouse.versions import known_now

    return known_now(workspace, month)


def _champions(ledger: Ledger) -> object:
    rows = ledger.rows("SELECT function, source, model FROM champion ORDER BY function, source")
    return [list(row) for row in rows]


def _hash(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
