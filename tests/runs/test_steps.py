import json
from pathlib import Path

import pytest

from bassboss_lib import flow
from bassboss_lib.errors import (
    BassbossError,
    CallError,
    CellFailed,
    DeadlinePassed,
    GateRefused,
    InputRefused,
    Interrupted,
    KernelDied,
)
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import Choice
from bassboss_lib.workspace import Workspace, open_workspace
from tests.runs.pretend import Pretend
from tests.runs.tiny import FINISH, MONTH, NOW, notebook, project, workspace_of

PLAN = """
steps:
  - notebook: 10_one
  - notebook: 11_two
  - notebook: 20_other
    after: []
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cells = dict.fromkeys(("10_one", "11_two", "20_other"), (FINISH,))
    monkeypatch.chdir(project(tmp_path, PLAN, **cells))
    return tmp_path


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return workspace_of(root / "work")


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    return Pretend(monkeypatch)


def run(workspace: Workspace, target: str = "monthly", choice: Choice | None = None, **given: object) -> list:
    return flow.run_target(workspace, target, {"month": MONTH, **given}, choice=choice)


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_steps_run_in_order_and_are_told_one_line_each(workspace, pretend, capsys):
    results = run(workspace)
    assert pretend.ran == ["10_one", "11_two", "20_other"]
    assert [result.result["figures"] for result in results] == [{"listed": 3}] * 3
    lines = said(capsys)
    assert [line.split()[0] for line in lines] == ["10_one", "11_two", "20_other", "monthly"]
    assert all(part in lines[0] for part in (" s ", "7 rows", "listed 3", "report.html"))
    assert lines[-1].startswith(f"monthly {MONTH}: 3 done, ")


def test_an_unchanged_step_is_not_run_again_and_said_so(workspace, pretend, capsys):
    first = run(workspace)
    said(capsys)
    again = run(workspace)
    assert len(pretend.ran) == 3
    assert [result.id for result in again] == [result.id for result in first]
    lines = said(capsys)
    assert all("not run again: unchanged since " in line for line in lines[:3])
    assert lines[-1].startswith(f"monthly {MONTH}: 3 unchanged")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda root: notebook(root / "notebooks", "10_one", "1 + 1", FINISH), "notebook changed"),
        (lambda root: (root / "work" / "settings.yaml").write_text("positives_min: 7\n"), "settings changed"),
        (
            lambda root: (root / "work" / "warehouse" / "customer" / f"month={MONTH}" / "part-01.parquet").touch(),
            f"inputs changed: customer {MONTH}",
        ),
    ],
)
def test_what_changed_is_a_reason_to_run_again(root, workspace, pretend, capsys, *, change, why):
    run(workspace)
    change(root)
    said(capsys)
    flow.would_run(open_workspace(workspace.root, NOW), "monthly", {"month": MONTH})
    lines = said(capsys)
    assert lines[0].split(maxsplit=4)[:4] == ["10_one", MONTH, "would", "run"]
    assert why in lines[0]
    assert "10_one ran" in lines[1]  # whatever follows a step that runs is run again too


def test_a_parameter_of_the_call_is_a_reason_and_is_named(root, workspace, pretend, capsys):
    parameters = 'month: str = ""  # month\nsize: int = 1  # rows | rows | [1, 9]'
    notebook(root / "notebooks", "10_one", FINISH, parameters=parameters)
    run(workspace)
    said(capsys)
    flow.would_run(workspace, "monthly", {"month": MONTH, "size": 2})
    assert "parameters changed: size" in said(capsys)[0]


def test_a_champion_by_hand_is_a_reason_only_for_a_step_that_reads_models(root, workspace, pretend, capsys):
    (root / "params" / "monthly.yaml").write_text(PLAN.replace("11_two", "11_two\n    reads_models: true"))
    run(workspace)
    with Ledger(workspace.ledger) as ledger:
        ledger.execute("INSERT INTO model VALUES ('m', 'retention', 'boss', '202610', 'now', 'x', '{}')")
        ledger.execute("INSERT INTO champion VALUES ('retention', 'boss', 'm', 'now')")
    said(capsys)
    flow.would_run(workspace, "monthly", {"month": MONTH})
    assert [line.split(maxsplit=2)[2].split("  ")[0] for line in said(capsys)] == [
        "unchanged",
        "would run",
        "unchanged",
    ]


def test_dry_run_runs_nothing(workspace, pretend, capsys):
    flow.would_run(workspace, "monthly", {"month": MONTH})
    assert pretend.ran == []
    assert said(capsys) == [
        f"{name:<24}{MONTH:<8}would run   has not run for this month" for name in ("10_one", "11_two", "20_other")
    ]


def test_a_failed_step_stops_what_waits_for_it_and_nothing_else(workspace, pretend, capsys):
    pretend.raises["10_one"] = [CellFailed("no", fault="R01")]
    with pytest.raises(CellFailed, match="R01: no"):
        run(workspace)
    assert pretend.ran == ["10_one", "20_other"]
    lines = said(capsys)
    assert "FAILED (7)" in lines[0]
    assert "not run: 10_one did not succeed" in lines[1]
    assert lines[-1].startswith(f"monthly {MONTH}: 1 failed, 1 not run, 1 done")


def test_resume_goes_on_at_the_failed_step_whatever_was_mended(root, workspace, pretend, capsys):
    pretend.raises["11_two"] = [GateRefused("wait", fault="R19")]
    with pytest.raises(GateRefused):
        run(workspace)
    notebook(root / "notebooks", "10_one", "'mended'", FINISH)
    pretend.ran.clear()
    said(capsys)
    run(workspace, choice=Choice(resume=True))
    assert pretend.ran == ["11_two"]
    lines = said(capsys)
    assert "not run again: complete since " in lines[0]
    assert "not run again: complete since " in lines[2]


def test_without_resume_the_failed_step_and_what_was_mended_run(root, workspace, pretend):
    pretend.raises["11_two"] = [GateRefused("wait", fault="R19")]
    with pytest.raises(GateRefused):
        run(workspace)
    pretend.ran.clear()
    run(workspace)
    assert pretend.ran == ["11_two"]


def test_force_from_and_only(workspace, pretend, capsys):
    run(workspace)
    pretend.ran.clear()
    run(workspace, choice=Choice(force=True, start="11_two"))
    assert pretend.ran == ["11_two", "20_other"]
    pretend.ran.clear()
    run(workspace, choice=Choice(force=True, only=("20_other",)))
    assert pretend.ran == ["20_other"]
    with pytest.raises(CallError, match=r"no step '11_tow'.*did you mean '11_two'"):
        run(workspace, choice=Choice(only=("11_tow",)))


def test_a_step_is_tried_again_only_for_what_may_go_away(root, workspace, pretend, capsys):
    (root / "params" / "monthly.yaml").write_text("steps: [{notebook: 10_one, retries: 2}]\n")
    pretend.raises["10_one"] = [KernelDied("oh", fault="R02"), DeadlinePassed("oh", fault="R04"), None]
    run(workspace)
    assert pretend.ran == ["10_one"] * 3
    pretend.ran.clear()
    pretend.raises["10_one"] = [KernelDied("oh", fault="R02")] * 3
    with pytest.raises(KernelDied):
        run(workspace, choice=Choice(force=True))
    assert pretend.ran == ["10_one"] * 3
    assert "FAILED after 3 attempts (8)" in capsys.readouterr().out
    pretend.ran.clear()
    pretend.raises["10_one"] = [CellFailed("no", fault="R01"), None]
    with pytest.raises(CellFailed):
        run(workspace, choice=Choice(force=True))
    assert pretend.ran == ["10_one"]


def test_R05_an_interrupted_plan_begins_no_further_step(workspace, pretend, capsys):
    pretend.raises["10_one"] = [Interrupted("stopped by SIGTERM", fault="R05")]
    with pytest.raises(Interrupted):
        run(workspace)
    assert pretend.ran == ["10_one"]
    assert "1 failed" in said(capsys)[-1]


def test_a_condition_that_is_not_met_is_a_clean_skip(root, workspace, pretend, capsys):
    plan = PLAN.replace("11_two", "11_two\n    when: {feedback_due: retention}")
    (root / "params" / "monthly.yaml").write_text(plan)
    run(workspace)
    assert pretend.ran == ["10_one", "20_other"]
    assert "skipped: no feedback on retention lists is due" in said(capsys)[1]
    with Ledger(workspace.ledger) as ledger:
        skipped = ledger.one("SELECT subject, detail FROM event WHERE kind = 'step skipped'")
    assert (skipped["subject"], json.loads(skipped["detail"])) == (
        f"{MONTH} 11_two",
        {"why": "no feedback on retention lists is due"},
    )


def feedback_came(workspace: Workspace, period: str, loaded: int = 5) -> None:
    folder = workspace.warehouse / "retention_feedback" / f"month={period}"
    folder.mkdir(parents=True)
    (folder / "part-00.parquet").touch()
    with Ledger(workspace.ledger) as ledger:
        values = (f"in-31002-10000-{period}-00", period, loaded)
        ledger.execute(
            "INSERT INTO delivery VALUES"
            " (?, 'in', '31002', '10000', ?, 'i', 0, 'accepted', 'x', 'now', 'counts', 5, ?, 0)",
            values,
        )


def test_feedback_is_due_until_a_complete_run_has_read_it(root, workspace, pretend, capsys):
    (root / "params" / "evaluate.yaml").write_text("steps: [{notebook: 10_one, when: {feedback_due: retention}}]\n")
    feedback_came(workspace, MONTH)
    feedback_came(workspace, "202611")  # after the month that is evaluated
    pretend.raises["10_one"] = [CellFailed("no", fault="R01")]
    with pytest.raises(CellFailed):
        run(workspace, "evaluate")
    run(workspace, "evaluate")
    assert pretend.ran == ["10_one"] * 2
    said(capsys)
    run(workspace, "evaluate")
    assert pretend.ran == ["10_one"] * 2
    assert "skipped: no feedback on retention lists is due" in said(capsys)[0]


def test_conditions_on_the_calendar_and_on_deliveries(root, workspace, pretend, capsys):
    plan = PLAN.replace("10_one", '10_one\n    when: {months: "3, 10"}').replace(
        "after: []", "after: []\n    when: {delivered: complaint}"
    )
    (root / "params" / "monthly.yaml").write_text(plan)
    run(workspace)
    assert pretend.ran == ["10_one", "11_two"]
    assert f"skipped: complaint was not delivered for {MONTH}" in said(capsys)[2]


def test_a_notebook_called_by_its_name_runs_unless_resumed(workspace, pretend, capsys):
    run(workspace, "10_one")
    run(workspace, "10_one")
    assert pretend.ran == ["10_one"] * 2
    run(workspace, "10_one", Choice(resume=True))
    assert pretend.ran == ["10_one"] * 2


def test_a_month_that_was_not_delivered_runs_nothing(workspace, pretend):
    with pytest.raises(InputRefused, match="202612 was not delivered"):
        run(workspace, month="202612")
    assert pretend.ran == []


def test_json_lines_for_machines(workspace, pretend, capsys, monkeypatch):
    monkeypatch.setenv("BASSBOSS_LOG_FORMAT", "json")
    pretend.raises["11_two"] = [GateRefused("wait", fault="R19")]
    with pytest.raises(GateRefused):
        run(workspace)
    lines = [json.loads(line) for line in said(capsys)]
    assert [line["event"] for line in lines] == ["begin", "step", "begin", "step", "begin", "step", "end"]
    assert (lines[1]["state"], lines[1]["rows"], lines[1]["figures"]) == ("DONE", {"rows": 7}, {"listed": 3})
    assert (lines[3]["state"], lines[3]["exit_code"], lines[3]["message"]) == ("FAILED", 5, "R19: wait")
    assert [step["state"] for step in lines[-1]["steps"]] == ["DONE", "FAILED", "DONE"]


def test_months_run_in_order_and_stop_at_the_first_that_fails(root, pretend, capsys):
    workspace = workspace_of(root / "work", "202608", "202609", "202610")
    pretend.raises["20_other"] = [None, CellFailed("no", fault="R01")]
    with pytest.raises(BassbossError):
        run(workspace, month="202608..202610")
    assert pretend.months == ["202608"] * 3 + ["202609"] * 3
    assert [one.as_of.month for one in pretend.workspaces] == pretend.months
