"""S02: JupyterLab is not started where others could get in, and starts with loopback and token otherwise."""

import os
import sys
from pathlib import Path

import pytest

from bassboss_lib import cli, lab
from bassboss_lib.errors import SecurityRefused
from bassboss_lib.runs.reproduce import Copy

GUARD = ["--ServerApp.certfile=/x/c.pem", "--PasswordIdentityProvider.hashed_password=argon2:x"]
BAD = {
    "every address": ["--ip=*"],
    "every address, long": ["--ServerApp.ip=0.0.0.0"],
    "every address, six": ["--ip=::"],
    "another address": ["--ip", "10.1.2.3"],
    "a name": ["--ip=bass.example"],
    "no token": ["--IdentityProvider.token="],
    "no token, old": ["--ServerApp.token="],
    "no token, blank": ["--IdentityProvider.token= "],
    "TLS alone": ["--ip=*", "--certfile=/x/c.pem"],
    "password alone": ["--ip=*", "--PasswordIdentityProvider.hashed_password=argon2:x"],
    "remote": ["--ServerApp.allow_remote_access=True"],
    "forged requests": ["--ServerApp.disable_check_xsrf=True"],
    "unauthenticated": ["--ServerApp.allow_unauthenticated_access=True"],
    "any origin": ["--ServerApp.allow_origin=*"],
    "fetching": ["--HTMLExporter.embed_images=True"],
}
GOOD = {
    "plain": [],
    "port": ["--port=9000", "--no-browser"],
    "loopback": ["--ip=127.0.0.1"],
    "loopback, six": ["--ip=::1"],
    "token of one's own": ["--IdentityProvider.token=abcdefgh"],
    "guarded": ["--ip=*", *GUARD],
}


@pytest.fixture(autouse=True)
def plain_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    (home / ".jupyter").mkdir(parents=True)
    for name in ("HOME", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(home / (".jupyter" if name != "HOME" else "")))
    monkeypatch.delenv("JUPYTER_TOKEN", raising=False)
    return home / ".jupyter"


def _looked_at(arguments: list[str], environment: dict[str, str] | None = None) -> None:
    lab.refuse_unsafe(lab.settings_of(arguments), environment or {}, as_root=False)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD)
def test_S02_an_open_server_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SecurityRefused, match="S02") as caught:
        _looked_at(arguments)
    assert caught.value.exit_code == 12
    assert "next: " in caught.value.line()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("arguments", GOOD.values(), ids=GOOD)
def test_S02_a_closed_or_guarded_server_starts(arguments: list[str]) -> None:
    _looked_at(arguments)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["jupyter_server_config.py", "jupyter_lab_config.py", "jupyter_config.py"])
@pytest.mark.parametrize("line", ["c.ServerApp.ip = '*'", "c.IdentityProvider.token = ''"])
def test_S02_what_a_configuration_file_opens_is_seen(plain_home: Path, name: str, line: str) -> None:
    (plain_home / name).write_text(f"c = get_config()\n{line}\n")
    with pytest.raises(SecurityRefused):
        _looked_at([])


@pytest.mark.filterwarnings("ignore")
def test_S02_a_configuration_file_named_in_the_call_is_seen(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("c = get_config()\nc.ServerApp.ip = '*'\n")
    with pytest.raises(SecurityRefused):
        _looked_at([f"--config={tmp_path / 'mine.py'}"])


def test_S02_an_empty_token_of_the_environment_is_seen() -> None:
    with pytest.raises(SecurityRefused, match="token"):
        _looked_at([], {"JUPYTER_TOKEN": ""})


def test_S02_root_is_root_only_by_the_flag() -> None:
    with pytest.raises(SecurityRefused, match="--allow-root"):
        lab.refuse_unsafe({}, {}, as_root=True)
    words = lab.command(Path("/x"), "a.ipynb", [], allow_root=False)
    assert "--allow-root" not in words
    assert "--ServerApp.ip=127.0.0.1" in words
    assert not any("token" in word for word in words)
    assert "--allow-root" in lab.command(Path("/x"), "a.ipynb", [], allow_root=True)


@pytest.mark.parametrize(
    "installed",
    [{"jupyter_server": "2.19.9"}, {"nbconvert": "7.17.0"}, {"nbconvert": "6.9"}, {"jupyter_server": "2.20.0rc1"}],
)
def test_S02_old_servers_and_converters_are_refused(installed: dict[str, str]) -> None:
    with pytest.raises(SecurityRefused, match="is older than"):
        lab.refuse_old(installed)


def test_S02_what_is_installed_and_locked_is_new_enough() -> None:
    lab.refuse_old()
    locked = (Path(__file__).resolve().parent.parent / "requirements.lock").read_text()
    found = {
        name: next(line for line in locked.splitlines() if line.startswith(f"{name.replace('_', '-')}=="))
        for name in lab.FLOORS
    }
    lab.refuse_old({name: line.partition("==")[2].split()[0].rstrip("\\") for name, line in found.items()})


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Collect the words of the servers that would have started."""
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(tmp_path / "w"))
    words: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, given: words.append(given))
    return words


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("words", [["--ip=*"], ["--ServerApp.token="], []])
def test_S02_the_command_leaves_with_12_or_hands_over(
    words: list[str], started: list[list[str]], capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["lab", "--allow-root", *words])
    assert left.value.code == (12 if words else 0)
    assert len(started) == (0 if words else 1)
    if started:
        assert started[0][:3] == [sys.executable, "-m", "jupyterlab"]
    else:
        assert "S02" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("opened", ["c.ServerApp.ip = '*'", ""])
def test_S02_a_reproduced_run_opens_as_safely_at_its_copy(
    opened: str, started: list[list[str]], plain_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (plain_home / "jupyter_lab_config.py").write_text(opened)
    copy = Copy(tmp_path / "reproduced" / "r1" / "10_one.ipynb", tmp_path / "work")
    monkeypatch.setattr("bassboss_lib.runs.reproduce.reproduce", lambda _, run: copy)
    with pytest.raises(SystemExit) as left:
        cli.main(["reproduce", "r1", "--open", "--allow-root"])
    assert left.value.code == (12 if opened else 0)
    assert len(started) == (0 if opened else 1)
    if started:
        assert f"--ServerApp.root_dir={copy.notebook.parent}" in started[0]
        assert "--LabApp.default_url=/lab/tree/10_one.ipynb" in started[0]
