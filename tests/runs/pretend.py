"""Runs without kernels, for tests of plans: the record is real, what a kernel would do is told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bassboss_lib.errors import BassbossError
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import RunResult, record, steps
from bassboss_lib.runs.execute import settle_month
from bassboss_lib.runs.fingerprint import fingerprint
from bassboss_lib.warehouse import versions
from bassboss_lib.workspace import Workspace


class Pretend:
    """Takes the place of `run_notebook`; ``raises`` gives the errors of a notebook's next runs (None: success)."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.ran: list[str] = []
        self.months: list[str] = []
        self.workspaces: list[Workspace] = []
        self.raises: dict[str, list[BassbossError | None]] = {}
        self.meanwhile: Callable[[str], None] = lambda name: None
        patched.setattr(steps, "run_notebook", self)

    def __call__(self, workspace, notebook: Path, resolved, *, deadline_s=None, reads_models=False, on_progress=None):
        month = settle_month(workspace, resolved)
        self.ran.append(notebook.stem)
        self.months.append(month)
        self.workspaces.append(workspace)
        self.meanwhile(notebook.stem)
        errors = self.raises.get(notebook.stem, [])
        error = errors.pop(0) if errors else None
        with Ledger(workspace.ledger) as ledger:
            row = record.begin(ledger, workspace.now, notebook, month, resolved)
            versions.remember(workspace, ledger, row.id, month)
            if error:
                record.end(ledger, row, workspace.now, "FAILED", exit_code=error.exit_code, message=error.line())
                raise error
            about = (workspace, ledger, notebook, month, resolved.values)
            made_from = fingerprint(*about, reads_models=reads_models)
            record.end(ledger, row, workspace.now, "DONE", fingerprint=made_from)
        folder = workspace.root / row.folder
        folder.mkdir(parents=True)
        result = {"notebook": notebook.stem, "figures": {"listed": 3}, "rows": {"rows": 7}}
        (folder / "result.json").write_text(json.dumps(result))
        return RunResult(row.id, folder, result, 0.1)
