import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bassboss_lib import flow
from bassboss_lib.errors import CallError, CellFailed
from bassboss_lib.workspace import Workspace
from tests.runs.pretend import Pretend
from tests.runs.tiny import FINISH, MONTH, project, workspace_of


class Hook:
    """A web hook on this machine: what it was sent, and what it answers."""

    def __init__(self) -> None:
        self.told: list[dict] = []
        self.answer = 204
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(hook.answer)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook/sEcReT"


@pytest.fixture
def hook() -> Iterator[Hook]:
    opened = Hook()
    threading.Thread(target=opened.server.serve_forever, daemon=True).start()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(project(tmp_path, "steps: [{notebook: 10_one}]\n", **{"10_one": (FINISH,)}))
    return workspace_of(tmp_path / "work")


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    return Pretend(monkeypatch)


def run(workspace: Workspace, month: str = MONTH, **settings: str) -> None:
    settled = workspace.settings.model_copy(update=settings)
    flow.run_target(Workspace(workspace.root, settled, workspace.now), "monthly", {"month": month})


def test_a_hook_is_told_of_success_and_of_failure(workspace, pretend, hook, capsys):
    run(workspace, on_success=hook.address)
    assert hook.told == [
        {
            "plan": "monthly",
            "month": MONTH,
            "workspace": "work",
            "state": "succeeded",
            "exit_code": 0,
            "message": "",
            "steps": [{"step": "10_one", "state": "DONE", "why": "has not run for this month"}],
        }
    ]
    run(workspace, on_failure=hook.address)
    assert len(hook.told) == 1  # nothing failed
    (workspace.root.parent / "notebooks" / "10_one.ipynb").write_text(
        (workspace.root.parent / "notebooks" / "10_one.ipynb").read_text().replace("listed", "told")
    )
    pretend.raises["10_one"] = [CellFailed("13812345678 is unknown", fault="R01")]
    with pytest.raises(CellFailed):
        run(workspace, on_failure=hook.address)
    assert (hook.told[1]["state"], hook.told[1]["exit_code"]) == ("failed", 7)
    assert hook.told[1]["message"] == "R01: 138****5678 is unknown"
    assert "sEcReT" not in "".join(capsys.readouterr())


def test_a_wrong_call_of_an_unattended_run_is_told_too(workspace, pretend, hook):
    with pytest.raises(CallError):
        run(workspace, month="2026-10", on_failure=hook.address)
    assert (hook.told[0]["exit_code"], hook.told[0]["steps"]) == (2, [])


def test_a_command_gets_the_same_on_its_standard_input(workspace, pretend, tmp_path, monkeypatch):
    monkeypatch.setenv("TELL", f"tee {tmp_path / 'told.json'}")
    run(workspace, on_success="$TELL")
    assert json.loads((tmp_path / "told.json").read_text())["state"] == "succeeded"


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/sEcReT", "false sEcReT", "no-such-program sEcReT", "$NOT_SET"])
def test_S11_a_hook_that_fails_is_a_warning_without_its_secret(workspace, pretend, capsys, target):
    run(workspace, on_success=target)
    said = capsys.readouterr()
    assert "on_success: " in said.err
    assert "told" in said.err
    assert "sEcReT" not in said.out + said.err
    assert pretend.ran == ["10_one"]


def test_a_hook_that_refuses_is_a_warning(workspace, pretend, hook, capsys):
    hook.answer = 500
    run(workspace, on_success=hook.address)
    assert "on_success: nobody was told (answer 500)" in capsys.readouterr().err
