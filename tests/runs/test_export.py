import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bassboss_lib.errors import CallError
from bassboss_lib.runs.export import export
from bassboss_lib.workspace import Workspace, open_workspace
from tests.runs.tiny import FINISH, project

PLAIN = {"PATH": "/usr/bin:/bin"}
PLAN = """
steps:
  - {notebook: 10_one, deadline_s: 600, retries: 1}
  - {notebook: 11_two}
  - {notebook: 20_other, after: []}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "home 50% x", PLAN, **dict.fromkeys(("10_one", "11_two", "20_other"), (FINISH,)))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "work space")


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    (tmp_path / "home 50% x").mkdir(exist_ok=True)


def commands_of_cron(text: str) -> list[tuple[str, str]]:
    """Read a crontab as cron does: five fields and a command, in which a bare percent sign would be a line break."""
    found = []
    for line in text.splitlines():
        if line.startswith("#") or re.match(r"[A-Z]+=", line):
            continue
        fields = line.split(maxsplit=5)
        for field, limit in zip(fields[:5], (59, 23, 31, 12, 7), strict=True):
            assert all(int(number) <= limit for number in re.findall(r"\d+", field)), line
            assert re.fullmatch(r"\*|\d+(-\d+)?", field), line
        assert not re.search(r"(?<!\\)%", fields[5]), line
        found.append((" ".join(fields[:5]), fields[5].replace(r"\%", "%")))
    return found


def test_a_crontab_runs_as_it_is(root, workspace, tmp_path):
    [path] = export("cron", "monthly", root, workspace, tmp_path / "out")
    (monthly, bring), (daily, answers) = commands_of_cron(path.read_text())
    assert (monthly, daily) == ("30 6 1-15 * *", "0 7 * * *")
    assert bring.count("bassboss --workspace") == 3
    assert answers.endswith("status --check")
    # The shell that cron calls finds the folder and the program; the inbox is empty and the answer is one line.
    done = subprocess.run(["/bin/sh", "-c", bring], capture_output=True, text=True, env=PLAIN, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr


def test_units_and_timers_stand_the_test_of_systemd(root, workspace, tmp_path):
    paths = export("systemd", "monthly", root, workspace, tmp_path / "out")
    assert [path.name for path in paths] == [
        "bassboss-monthly.service",
        "bassboss-monthly.timer",
        "bassboss-daily.service",
        "bassboss-daily.timer",
    ]
    text = paths[0].read_text()
    assert text.count("ExecStart=") == 3
    assert f"WorkingDirectory={root}".replace("%", "%%") in text
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    done = subprocess.run(["systemd-analyze", "verify", *map(str, paths)], capture_output=True, text=True, check=False)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "bassboss" in line]
    assert (done.returncode, ours) == (0, [])
    when = next(line for line in paths[1].read_text().splitlines() if line.startswith("OnCalendar="))
    subprocess.run(["systemd-analyze", "calendar", when.removeprefix("OnCalendar=")], check=True, capture_output=True)


def test_a_dag_is_python_with_one_task_per_step(root, workspace, tmp_path):
    [path] = export("airflow", "monthly", root, workspace, tmp_path / "out")
    text = path.read_text()
    compile(text, path.name, "exec")
    assert re.findall(r'task_id="(\w+)"', text) == ["ingest", "check", "10_one", "11_two", "20_other"]
    assert "execution_timeout=timedelta(seconds=1800)" in text


def test_a_path_that_no_scheduler_can_carry_is_refused(workspace, tmp_path):
    root = project(tmp_path / 'a "quoted" home', PLAN, **dict.fromkeys(("10_one", "11_two", "20_other"), (FINISH,)))
    with pytest.raises(CallError, match="a path holds a quote"):
        export("cron", "monthly", root, workspace, tmp_path / "out")
    with pytest.raises(CallError, match="is a notebook"):
        export("cron", "10_one", root, workspace, tmp_path / "out")


AIRFLOW = """
import sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
assert not bag.import_errors, bag.import_errors
[dag] = bag.dags.values()
print(dag.dag_id, sorted((task.task_id, sorted(task.upstream_task_ids)) for task in dag.tasks))
print(dag.get_task("11_two").bash_command)
"""


@pytest.mark.slow
def test_a_real_airflow_parses_the_dag(root, workspace, tmp_path):
    """Airflow lives in an environment of its own, which ``BASSBOSS_AIRFLOW`` may name; else one is made."""
    python = os.environ.get("BASSBOSS_AIRFLOW")
    if not python:
        uv = str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(tmp_path / "airflow")], check=True)
        python = str(tmp_path / "airflow" / "bin" / "python")
        subprocess.run([uv, "pip", "install", "-q", "--python", python, "apache-airflow"], check=True)
    export("airflow", "monthly", root, workspace, tmp_path / "dags")
    home = {"AIRFLOW_HOME": str(tmp_path / "airflow_home"), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run([python, "-m", "airflow", "db", "migrate"], check=True, capture_output=True, env=home)
    done = subprocess.run(
        [python, "-c", AIRFLOW, str(tmp_path / "dags")], capture_output=True, text=True, env=home, check=False
    )
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if line.startswith(("bassboss_monthly", "{% raw"))]
    assert said[0] == (
        "bassboss_monthly [('10_one', ['check']), ('11_two', ['10_one']), ('20_other', ['check']), "
        "('check', ['ingest']), ('ingest', [])]"
    )
    assert said[1].endswith("run monthly --only 11_two{% endraw %}")
