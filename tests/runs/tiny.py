"""Tiny notebooks for the tests of runs, and a workspace with one month delivered."""

import contextlib
import json
import time
from pathlib import Path

import psutil

from bassboss_lib.ledger import Ledger
from bassboss_lib.runs.processes import RUN_DIR
from bassboss_lib.workspace import Workspace, open_workspace

NOW = "2026-11-05T08:00"
MONTH = "202610"
START = "from bassboss_lib.runs import start\n\nrun = start({name!r}, month=month)"
FINISH = 'run.finish({"listed": 1}, rows={"rows": 7})'


def workspace_of(root: Path, *months: str) -> Workspace:
    """Open a workspace in which some months of customers were delivered."""
    for month in months or (MONTH,):
        folder = root / "warehouse" / "customer" / f"month={month}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "part-00.parquet").touch()
    return open_workspace(root, NOW)


def notebook(
    folder: Path, name: str, *cells: str, parameters: str = 'month: str = ""  # month', kernel: str = "python3"
) -> Path:
    """Write a notebook that starts a run, does what the cells say, and finishes only if they say so."""
    sources = [parameters, START.format(name=name), *cells]
    built = [
        {
            "cell_type": "code",
            "id": f"cell-{place}",
            "metadata": {"tags": ["parameters"]} if place == 1 else {},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for place, source in enumerate(sources, start=1)
    ]
    kernelspec = {"display_name": "Python 3", "language": "python", "name": kernel}
    metadata = {"kernelspec": kernelspec} if kernel else {}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": built, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return path


def project(root: Path, plan: str, **notebooks: tuple[str, ...]) -> Path:
    """Lay a project folder with notebooks (name → cells) and one plan, ``params/monthly.yaml``."""
    for name, cells in notebooks.items():
        notebook(root / "notebooks", name, *cells)
    (root / "params").mkdir(exist_ok=True)
    (root / "params" / "monthly.yaml").write_text(plan)
    return root


def runs_of(workspace: Workspace) -> list[dict]:
    """Give the ledger's runs with their details, oldest first."""
    with Ledger(workspace.ledger) as ledger:
        query = (
            "SELECT r.*, d.fingerprint, d.owner, d.peak_memory_bytes FROM run r LEFT JOIN run_detail d ON d.run = r.id"
        )
        return [dict(row) for row in ledger.rows(f"{query} ORDER BY r.rowid")]


def left_over(workspace: Workspace) -> list[psutil.Process]:
    """Give the processes that belong to a run of this workspace."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            belongs = process.environ().get(RUN_DIR, "").startswith(str(workspace.root))
            if belongs and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def wait_until_nothing_runs(workspace: Workspace, seconds: float = 15) -> None:
    """Wait; raise if a process is left after so many seconds."""
    ends_at = time.monotonic() + seconds
    while left_over(workspace):
        if time.monotonic() > ends_at:
            raise AssertionError(f"processes left after {seconds} s: {left_over(workspace)}")
        time.sleep(0.1)
