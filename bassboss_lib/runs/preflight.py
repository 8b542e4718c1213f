"""What is looked at before a kernel starts: is it installed (R10), and is the notebook as released (R14)?"""

import importlib.util
import json
from pathlib import Path

from bassboss_lib.errors import CallError
from bassboss_lib.runs.released import refuse_changed
from bassboss_lib.workspace import Workspace

__all__ = ["preflight"]

OURS = "python3"


def preflight(workspace: Workspace, notebook: Path) -> None:
    """Refuse what cannot run.

    Raises
    ------
    CallError
        If the notebook names no kernel or one that is not installed (R10), or ``strict_notebooks`` is set and the
        notebook is not as released (R14).
    """
    name = _kernel(notebook)
    if not _installed(name):
        what = f"kernel {name!r} is not installed" if name else "the notebook names no kernel"
        remedy = "choose Python 3 in JupyterLab and save" if name != OURS else "install ipykernel"
        raise CallError(what, fault="R10", where=notebook.name, kept="nothing ran", remedy=remedy)
    if workspace.settings.strict_notebooks:
        refuse_changed(notebook)


def _kernel(notebook: Path) -> str:
    metadata = json.loads(notebook.read_text(encoding="utf-8")).get("metadata", {})
    return str(metadata.get("kernelspec", {}).get("name", ""))


def _installed(name: str) -> bool:
    if name == OURS:  # the kernel of this very environment needs no file
        return importlib.util.find_spec("ipykernel") is not None
    from jupyter_client.kernelspec import KernelSpecManager

    return name in KernelSpecManager().find_kernel_specs()
