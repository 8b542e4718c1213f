"""A small operator with nine months of history, for tests that run the shipped notebooks on it."""

import os
from pathlib import Path

from bassboss_lib import boss, flow, months
from bassboss_lib.vault import create_key
from bassboss_lib.workspace import Workspace, open_workspace

NOW = "2026-05-03T08:00"
MONTH = "202604"
CUSTOMERS = 1200
SETTINGS = "positives_min: 20\nrows_min: 200\n"


def open_world(root: Path) -> Workspace:
    """Open the workspace as the demo would, with gates for a small world, and point the environment at it."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "settings.yaml").write_text(SETTINGS)
    os.environ["BASSBOSS_WORKSPACE"], os.environ["BASSBOSS_NOW"] = str(root), NOW
    return open_workspace(root, NOW)


def delivered_world(root: Path) -> Workspace:
    """Deliver and ingest nine months."""
    workspace = open_world(root)
    create_key(workspace, b"tests")
    for month in months.span("202508", MONTH):
        boss.deliver(workspace, month, customers=CUSTOMERS)
    flow.ingest(workspace)
    return workspace
