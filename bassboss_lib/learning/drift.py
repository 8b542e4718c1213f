"""Refuse to score with other library versions than a model was trained with, unless somebody said so (R27).

The versions stand on the model's card. Another LightGBM may read the same text and give other probabilities, and
nobody would see it in the list.
"""

import os
from collections.abc import Mapping
from importlib.metadata import version

from bassboss_lib.errors import CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["ALLOW_DRIFT", "drifted", "refuse_drift"]

ALLOW_DRIFT = "BASSBOSS_ALLOW_VERSION_DRIFT"
OURS = "bassboss"


def drifted(trained: Mapping[str, str]) -> list[str]:
    """Say of each library that is installed in another version than it was trained with, what and how.

    Examples
    --------
    >>> drifted({"numpy": "0.9"})[0].startswith("numpy 0.9 → ")
    True
    """
    now = {name: version(name) for name in trained if name != OURS}  # our own code is in the run's record
    return [f"{name} {trained[name]} → {now[name]}" for name in sorted(now) if now[name] != trained[name]]


def refuse_drift(workspace: Workspace, ledger: Ledger, model: str, trained: Mapping[str, str]) -> None:
    """Raise if versions differ; where it is allowed, write an event instead.

    Raises
    ------
    CallError
        If a library has another version than trained the model (R27).
    """
    found = drifted(trained)
    if not found:
        return
    if os.environ.get(ALLOW_DRIFT):
        ledger.event(workspace.now, "version drift allowed", model, {"drift": found})
        return
    raise CallError(
        f"{', '.join(found)} since model {model} was trained",
        fault="R27",
        where=f"models: {model}",
        kept="nothing was scored",
        remedy="install the versions of its card, train again, or give --allow-version-drift",
    )
