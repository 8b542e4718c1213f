"""Tell somebody how a plan ended: a web hook or a command of the settings (``on_failure``, ``on_success``).

Both get the same JSON: the hook as its body, the command on standard input. A setting ``$NAME`` is read from the
environment, so that an address with a secret need not stand in a file. Addresses and commands never reach a log.
"""

import json
import os
import shlex
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bassboss_lib.errors import BassbossError
from bassboss_lib.reports.mask import mask
from bassboss_lib.runs.steps import StepResult
from bassboss_lib.workspace import Workspace

__all__ = ["message", "notify"]

PATIENCE_S = 10


def message(
    workspace: Workspace,
    plan: str,
    month: str,
    results: Sequence[StepResult],
    error: BassbossError | None = None,
) -> dict[str, object]:
    """Give what is told: plan, month, state, exit code, and a line per step; nothing of a customer."""
    return {
        "plan": plan,
        "month": month,
        "workspace": workspace.root.name,
        "state": "failed" if error else "succeeded",
        "exit_code": error.exit_code if error else 0,
        "message": mask(error.line()) if error else "",
        "steps": [{"step": one.name, "state": one.state, "why": one.why} for one in results],
    }


def notify(workspace: Workspace, told: Mapping[str, object]) -> str:
    """Tell it; give a warning if that failed, which never changes how the plan ended."""
    setting = "on_failure" if told["state"] == "failed" else "on_success"
    target = getattr(workspace.settings, setting)
    if target.startswith("$"):
        target = os.environ.get(target[1:], "")
        if not target:
            return f"{setting}: its variable is not set; nobody was told"
    if not target:
        return ""
    body = json.dumps(told, ensure_ascii=False).encode()
    try:
        failure = _post(target, body) if urlsplit(target).scheme in ("http", "https") else _call(target, body)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        failure = type(error).__name__  # its text may quote the address or the command
    return f"{setting}: nobody was told ({failure})" if failure else ""


def _post(address: str, body: bytes) -> str:
    headers = {"Content-Type": "application/json", "User-Agent": "bassboss"}
    request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 - http(s), by the scheme above
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S):  # noqa: S310
            return ""
    except urllib.error.HTTPError as error:
        return f"answer {error.code}"


def _call(command: str, body: bytes) -> str:
    done = subprocess.run(shlex.split(command), input=body, timeout=PATIENCE_S, capture_output=True, check=False)  # noqa: S603
    return f"exit {done.returncode}" if done.returncode else ""
