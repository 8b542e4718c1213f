"""Which notebooks are as they were released: ``notebooks/SHA256SUMS`` names each with a hash (R14).

The hash covers what a reader would call the notebook: kinds, tags and sources of its cells. Outputs and execution
counts, which JupyterLab writes when it saves, do not change it.
"""

import hashlib
import json
from pathlib import Path

from bassboss_lib.errors import CallError
from bassboss_lib.reports.writing import write_text

__all__ = ["CHANGED", "RELEASED", "SUMS", "UNKNOWN", "notebook_hash", "refuse_changed", "released_state", "write_sums"]

SUMS = "SHA256SUMS"
RELEASED = "as released"
CHANGED = "changed since the released version"
UNKNOWN = "not released"


def notebook_hash(notebook: Path) -> str:
    """Give 12 hex digits of the hash of a notebook's cells."""
    return _sha256(notebook)[:12]


def released_state(notebook: Path) -> str:
    """Say whether a notebook is as released, changed since, or was never released."""
    sums = notebook.parent / SUMS
    if not sums.is_file():
        return UNKNOWN
    lines = [line.split() for line in sums.read_text(encoding="utf-8").splitlines()]
    known = {name: digest for digest, name in (line for line in lines if len(line) == 2)}
    if notebook.name not in known:
        return UNKNOWN
    return RELEASED if known[notebook.name] == _sha256(notebook) else CHANGED


def refuse_changed(notebook: Path) -> None:
    """Raise `CallError` (R14) unless a notebook is as released; for ``strict_notebooks: true``."""
    state = released_state(notebook)
    if state != RELEASED:
        raise CallError(
            f"the notebook is {state}" if state == UNKNOWN else f"the notebook was {state}",
            fault="R14",
            where=notebook.name,
            remedy="release it with `bassboss notebooks release`, or set strict_notebooks: false",
        )


def write_sums(folder: Path) -> Path:
    """Release the notebooks of a folder as they are now: write their hashes."""
    lines = [f"{_sha256(path)}  {path.name}\n" for path in sorted(folder.glob("*.ipynb"))]
    return write_text(folder / SUMS, "".join(lines))


def _sha256(notebook: Path) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    kept = [[cell["cell_type"], cell.get("metadata", {}).get("tags", []), _text(cell["source"])] for cell in cells]
    return hashlib.sha256(json.dumps(kept, ensure_ascii=False).encode()).hexdigest()


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
