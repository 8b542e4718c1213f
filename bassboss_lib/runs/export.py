"""Hand a plan to a scheduler: a crontab, units and timers of systemd, or a DAG of Airflow, that work as they are.

All of them call the command line, with absolute paths, and leave locks, retries, deadlines and skipping to it. Every
day of the delivery window the inbox is taken in and the plan is run: a step that has nothing new is not run again.
BOSS's answers are received every morning, and what is overdue makes the job fail.
"""

import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bassboss_lib.errors import CallError
from bassboss_lib.reports.writing import write_text
from bassboss_lib.runs.plan import Plan, find, read_plan
from bassboss_lib.workspace import Workspace

__all__ = ["KINDS", "export"]

WINDOW_DAYS = 5
"""Days after the due day on which late files are still waited for."""


@dataclass(frozen=True)
class _Job:
    """What is scheduled, and where it runs."""

    plan: str
    steps: Plan
    home: Path
    workspace: Path
    last_day: int

    def command(self, *words: str) -> list[str]:
        return [str(Path(sys.executable).with_name("bassboss")), "--workspace", str(self.workspace), *words]

    @property
    def monthly(self) -> list[list[str]]:
        return [self.command(*words.split()) for words in ("ingest", "check", f"run {self.plan}")]

    @property
    def daily(self) -> list[list[str]]:
        return [self.command(*words.split()) for words in ("receive", "status --check")]


def export(kind: str, plan: str, home: Path, workspace: Workspace, out: Path) -> list[Path]:
    """Write the files of one kind of scheduler into a folder, and give their paths.

    Parameters
    ----------
    kind : {"cron", "systemd", "airflow"}
        The scheduler.
    plan : str
        Name of a plan of ``params/``.

    Raises
    ------
    CallError
        If there is no such plan, or a path holds what the scheduler cannot carry.
    DiskFailed
        If the disk refuses.
    """
    path = find(plan, home)
    if path.suffix == ".ipynb":
        raise CallError(f"{plan!r} is a notebook", where="--plan", remedy="name a plan of params/")
    last_day = min(workspace.settings.due_day + WINDOW_DAYS, 28)
    job = _Job(path.stem, read_plan(path), home.resolve(), workspace.root, last_day)
    if any(mark in f"{job.home}{job.workspace}{sys.executable}" for mark in "\n\r\"'\\"):
        raise CallError("a path holds a quote, backslash or line break", where=str(job.home), remedy="move it")
    return [write_text(out / name, text) for name, text in KINDS[kind](job).items()]


def _cron(job: _Job) -> dict[str, str]:
    lines = [
        f"# bassboss: the plan {job.plan} on the days on which files come, and BOSS's answers every morning.",
        f"# Install: crontab bassboss-{job.plan}.crontab (this replaces your crontab; append it to keep what is there)",
        "SHELL=/bin/sh",
        f"30 6 1-{job.last_day} * * {_in_cron(job.home, job.monthly)}",
        f"0 7 * * * {_in_cron(job.home, job.daily)}",
    ]
    return {f"bassboss-{job.plan}.crontab": "\n".join(lines) + "\n"}


def _in_cron(home: Path, commands: Sequence[Sequence[str]]) -> str:
    line = " && ".join([f"cd {shlex.quote(str(home))}", *(shlex.join(words) for words in commands)])
    return line.replace("%", r"\%")  # a bare percent sign ends a command of cron


def _systemd(job: _Job) -> dict[str, str]:
    files = {}
    for name, commands, when in (
        (f"bassboss-{job.plan}", job.monthly, f"*-*-01..{job.last_day:02d} 06:30:00"),
        ("bassboss-daily", job.daily, "*-*-* 07:00:00"),
    ):
        files[f"{name}.service"] = _service(job, name, commands)
        files[f"{name}.timer"] = "\n".join(
            [
                f"# Install: copy both files to /etc/systemd/system, then systemctl enable --now {name}.timer",
                f"[Unit]\nDescription={name}, on its days\n",
                f"[Timer]\nOnCalendar={when}\nPersistent=true\nRandomizedDelaySec=60\n",
                "[Install]\nWantedBy=timers.target\n",
            ]
        )
    return files


def _service(job: _Job, name: str, commands: Sequence[Sequence[str]]) -> str:
    starts = [f"ExecStart={' '.join(_in_systemd(word) for word in words)}" for words in commands]
    lines = [
        f"[Unit]\nDescription={name}: bassboss on {_escaped(job.workspace)}\n",
        "[Service]",
        "Type=oneshot",
        f"WorkingDirectory={_escaped(job.home)}",
        *starts,
        "UMask=0027",
        "NoNewPrivileges=true",
        "PrivateTmp=true",
        "KillMode=mixed",
        "TimeoutStopSec=30",
    ]
    return "\n".join(lines) + "\n"


def _escaped(path: object) -> str:
    return str(path).replace("%", "%%")


def _in_systemd(word: str) -> str:
    escaped = _escaped(word).replace("$", "$$")
    return f'"{escaped}"' if " " in escaped else escaped


def _airflow(job: _Job) -> dict[str, str]:
    tasks = [("ingest", job.command("ingest"), (), 0), ("check", job.command("check"), ("ingest",), 0)]
    for step in job.steps.steps:
        seconds = (step.deadline_s or 0) * (step.retries + 1)
        tasks.append((step.notebook, job.command("run", job.plan, "--only", step.notebook), step.after or (), seconds))
    lines = [AIRFLOW_HEAD.format(plan=job.plan, last_day=job.last_day)]
    for name, words, after, seconds in tasks:
        command = f"cd {shlex.quote(str(job.home))} && {shlex.join(words)}"
        patience = f"timedelta(seconds={seconds + 600})" if seconds else "None"
        waits = list(after) or (["check"] if name not in ("ingest", "check") else [])
        lines.append(AIRFLOW_TASK.format(name=name, command=command, patience=patience, after=waits))
    return {f"bassboss_{job.plan}.py": "".join(lines)}


AIRFLOW_HEAD = '''"""The plan {plan} of bassboss, one task per step: copy this file into Airflow's folder of DAGs."""

from datetime import datetime, timedelta

try:  # Airflow 3
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.operators.bash import BashOperator

dag = DAG(
    "bassboss_{plan}",
    schedule="30 6 1-{last_day} * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags=["bassboss"],
)
tasks = {{}}
'''

AIRFLOW_TASK = """
tasks["{name}"] = BashOperator(
    task_id="{name}",
    bash_command="{{% raw %}}{command}{{% endraw %}}",
    execution_timeout={patience},
    dag=dag,
)
for earlier in {after}:
    tasks[earlier] >> tasks["{name}"]
"""

KINDS: dict[str, Callable[[_Job], dict[str, str]]] = {"cron": _cron, "systemd": _systemd, "airflow": _airflow}
"""Scheduler → how its files are written."""
