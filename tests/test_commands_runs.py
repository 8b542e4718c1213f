import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bassboss_lib.cli import main
from bassboss_lib.learning.drift import ALLOW_DRIFT
from bassboss_lib.runs.notebook_checks import problems
from tests.runs.pretend import Pretend
from tests.runs.tiny import FINISH, MONTH, NOW, notebook, project, runs_of, workspace_of

Call = Callable[..., tuple[int, str, str]]

PARAMETERS = (
    'month: str = ""  # 账期 / month\n'
    "list_size: int = 500  # 名单容量 / customers listed at most | customers | [1, 1000]\n"
    'language: str = ""  # 语言 / language | | {zh, en}\n'
    "share: float = 0.1  # 比例 / share | | (0, 1]"
)
PLAN = """
zh: 每月
en: every month
steps:
  - {notebook: 10_one, deadline_s: 60}
  - {notebook: 11_two, when: {feedback_due: retention}}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project(tmp_path, PLAN, **{"11_two": (FINISH,)})
    notebook(tmp_path / "notebooks", "10_one", FINISH, parameters=PARAMETERS)
    workspace_of(tmp_path / "work")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(tmp_path / "work"))
    monkeypatch.setenv("BASSBOSS_NOW", NOW)
    monkeypatch.setenv(ALLOW_DRIFT, "")
    monkeypatch.setenv("BASSBOSS_LOG_FORMAT", "")
    return tmp_path


@pytest.fixture
def call(root: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leaving:
            main(list(words))
        said = capsys.readouterr()
        return int(leaving.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    return Pretend(monkeypatch)


def test_help_on_a_notebook_is_a_table_of_its_parameters(call: Call) -> None:
    code, said, _ = call("run", "10_one", "--help")
    assert code == 0
    rows = [[part.strip() for part in line.split("│")[1:-1]] for line in said.splitlines() if line.startswith("│")]
    assert rows == [
        ["month", "str", "", "", "", "账期 / month"],
        ["list_size", "int", "500", "customers", "[1, 1000]", "名单容量 / customers listed at most"],
        ["language", "str", "", "", "{zh, en}", "语言 / language"],
        ["share", "float", "0.1", "", "(0, 1]", "比例 / share"],
    ]


def test_help_on_a_plan_shows_its_steps_and_help_alone_the_usage(call: Call) -> None:
    said = call("run", "monthly", "--help")[1]
    assert "feedback_due: retention" in said
    assert "60 s" in said
    assert "month, list_size, language, share" in said
    assert "--dry-run" in call("run", "--help")[1]
    assert call("run", "nothing", "--help")[0] == 2
    assert call("run")[0] == 2


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["-p", "list_sise", "5"], ["R08: unknown parameter 'list_sise'", "did you mean 'list_size'?"]),
        (["-p", "list_size", "0"], ["R08: parameter 'list_size' must lie in [1, 1000], got '0'", "customers listed"]),
        (["-p", "list_size", "1001"], ["must lie in [1, 1000]"]),
        (["-p", "list_size", "many"], ["must be int"]),
        (["-p", "list_size=many", "-p", "share", "0.5"], ["parameter 'list_size' must be int, got 'many'"]),
        (["-p", "share", "0"], ["must lie in (0, 1]"]),
        (["-p", "language", "ehn"], ["must lie in {zh, en}", "did you mean 'en'?"]),
        (["--month", "2026-10"], ["'2026-10' is not a month"]),
        (["--month", "202610..202609"], ["202610 lies after 202609"]),
        (["--from", "11_tow"], ["no step '11_tow' in the plan", "did you mean '11_two'?"]),
    ],
)
def test_R08_a_wrong_call_is_refused_before_anything_runs(
    call: Call, pretend: Pretend, root: Path, words: list[str], parts: list[str]
) -> None:
    code, _, said = call("run", "monthly", "--month", MONTH, *words)
    assert (code, said.count("\n")) == (2, 1)
    assert all(part in said for part in parts), said
    assert pretend.ran == []
    assert not (root / "work" / "ledger.db").exists() or runs_of(workspace_of(root / "work")) == []


def test_where_each_value_came_from_is_in_the_record(call: Call, pretend: Pretend, root: Path) -> None:
    (root / "params" / "10_one.yaml").write_text("list_size: 10\nshare: 0.5\n")
    (root / "params" / "monthly.yaml").write_text("steps: [{notebook: 10_one, parameters: {share: 0.6}}]\n")
    (root / "mine.yaml").write_text("language: en\n")
    assert call("run", "monthly", "-m", MONTH, "-f", "mine.yaml")[0] == 0
    parameters = json.loads(runs_of(workspace_of(root / "work"))[0]["parameters"])
    assert parameters["origins"] == {
        "month": "call",
        "list_size": "params/10_one.yaml",
        "language": "mine.yaml",
        "share": "plan",
    }
    assert parameters["values"] == {"month": MONTH, "list_size": 10, "language": "en", "share": 0.6}


def test_a_dry_run_says_what_and_why(call: Call, pretend: Pretend) -> None:
    code, said, _ = call("run", "monthly", "--dry-run")
    assert code == 0
    assert [re.split(r"\s{2,}", line) for line in said.splitlines()] == [
        ["10_one", MONTH, "would run", "has not run for this month"],
        ["11_two", MONTH, "skipped", "no feedback on retention lists is due"],
    ]
    assert pretend.ran == []


def test_a_plan_with_a_skipped_step_is_a_success_and_a_second_call_does_nothing(call: Call, pretend: Pretend) -> None:
    assert call("run", "monthly")[0] == 0
    code, said, _ = call("run", "monthly", "--log-format", "json")
    assert code == 0
    assert pretend.ran == ["10_one"]
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line.get("state") for line in lines] == ["UNCHANGED", "SKIPPED", None]
    assert {"at", "event"} <= set(lines[0])


def test_R27_the_flag_reaches_the_kernel_by_its_environment(call: Call, pretend: Pretend) -> None:
    seen: list[str] = []
    pretend.meanwhile = lambda _: seen.append(os.environ[ALLOW_DRIFT])
    call("run", "10_one", "--allow-version-drift")
    call("run", "10_one")
    assert seen == ["1", ""]


def test_R16_as_of_is_asked_for_by_a_flag(call: Call, pretend: Pretend) -> None:
    call("run", "10_one")
    call("run", "10_one", "--month", MONTH, "--as-of")
    assert [workspace.as_of is not None for workspace in pretend.workspaces] == [False, True]


def test_a_new_notebook_is_sound_and_runs_are_reproduced_by_their_id(call: Call, root: Path) -> None:
    code, said, _ = call("new", "notebook", "13_retention_offers")
    assert code == 0
    assert [Path(line).name for line in said.split()] == ["13_retention_offers.ipynb", "13_retention_offers.yaml"]
    made = root / "notebooks" / "13_retention_offers.ipynb"
    assert problems(made) == []
    assert call("notebooks", "check", str(made))[0] == 0
    assert call("notebooks", "check")[0] == 2  # the tiny notebooks of this test have no prose
    assert call("notebooks", "release")[0] == 0
    assert "13_retention_offers.ipynb" in (root / "notebooks" / "SHA256SUMS").read_text()
    code, _, said = call("reproduce", "nonsense")
    assert (code, "no run 'nonsense'" in said) == (2, True)


@pytest.mark.parametrize(("kind", "files"), [("cron", 1), ("systemd", 4), ("airflow", 1)])
def test_a_plan_is_exported(call: Call, tmp_path: Path, kind: str, files: int) -> None:
    code, said, _ = call("export", kind, "--out", str(tmp_path / "out"))
    assert code == 0
    assert len(said.split()) == len(list((tmp_path / "out").iterdir())) == files
