"""What our runner costs beside bare papermill on an empty notebook, and how soon a complete plan has nothing to do.

Rendering is left aside on our side, since papermill renders nothing. Both sides run the same notebook, which starts and
finishes a run, in turns. ``warm`` is a step of a plan under way beside a process that imports papermill and runs the
notebook; ``cold`` is one command line beside the other.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bassboss_lib import flow
from bassboss_lib.runs import prepare, run_notebook
from bassboss_lib.workspace import Workspace, open_workspace
from tests.benchmarks.material import FOLDER
from tests.runs.tiny import FINISH, MONTH, NOW, notebook, project, workspace_of

__all__ = ["main"]

ROUNDS = 5
OVERHEAD_MAX_S, RESUMED_MAX_S = 0.5, 3.0
BARE = "import sys, papermill; papermill.execute_notebook(sys.argv[1], sys.argv[2], progress_bar=False)"
COLD = "import sys; from tests.benchmarks.bench_runs import without_rendering; without_rendering(); \
from bassboss_lib.cli import main; main(['run', sys.argv[1]])"


def main() -> bool:
    """Print differences and ratios; say whether they are within their goals."""
    root = FOLDER / "runs"
    shutil.rmtree(root, ignore_errors=True)
    workspace = workspace_of(root / "work")
    path = notebook(root / "notebooks", "empty", FINISH)
    here = {**os.environ, "BASSBOSS_WORKSPACE": str(workspace.root), "BASSBOSS_NOW": NOW}
    without_rendering()
    bare = [sys.executable, "-c", BARE, str(path), str(root / "out.ipynb")]
    papermill = [sys.executable, "-m", "papermill", "--no-progress-bar", str(path), str(root / "out.ipynb")]
    cold = [sys.executable, "-c", COLD, str(path)]
    warm = _compared("warm", lambda: _warm(workspace, path), lambda: _call(bare, here))
    _compared("cold", lambda: _call(cold, here), lambda: _call(papermill, here))
    return (warm <= OVERHEAD_MAX_S) & _resumed(root, here)


def without_rendering() -> None:
    """Leave out the report and the index."""
    from bassboss_lib.reports import html, index

    html.render = lambda *_, **__: ""  # type: ignore[assignment]
    index.write_index = lambda workspace: workspace.index


def _warm(workspace: Workspace, path: Path) -> None:
    task = prepare(str(path), path.parent.parent)[0]
    run_notebook(workspace, task.notebook, task.resolved)


def _call(command: list[str], here: Mapping[str, str]) -> None:
    subprocess.run(command, check=True, capture_output=True, env=here)


def _compared(title: str, ours: Callable[[], None], reference: Callable[[], None]) -> float:
    seconds: dict[str, list[float]] = {"ours": [], "papermill": []}
    for _ in range(ROUNDS):
        for name, act in (("papermill", reference), ("ours", ours)):
            began_s = time.perf_counter()
            act()
            seconds[name].append(time.perf_counter() - began_s)
    own, bare = (statistics.median(seconds[name]) for name in ("ours", "papermill"))
    print(
        f"runner, {title}: {own:.2f} s, papermill {bare:.2f} s: {own - bare:+.2f} s, ratio {own / bare:.2f}"
        + (f" (goal: at most {OVERHEAD_MAX_S} s more)" if title == "warm" else "")
    )
    return own - bare


def _resumed(root: Path, here: Mapping[str, str]) -> bool:
    """Time the command that finds a monthly plan complete, beside a process that imports pandas."""
    steps = "".join(f"  - notebook: 1{number}_step\n" for number in range(3))
    project(root, f"steps:\n{steps}", **{f"1{number}_step": (FINISH,) for number in range(3)})
    os.chdir(root)
    flow.run_target(open_workspace(root / "work", NOW), "monthly", {"month": MONTH})
    again = [str(Path(sys.executable).with_name("bassboss")), "run", "monthly", "--resume"]
    seconds: dict[str, list[float]] = {"ours": [], "pandas": []}
    for _ in range(ROUNDS):
        for name, command in (("ours", again), ("pandas", [sys.executable, "-c", "import pandas"])):
            began_s = time.perf_counter()
            _call(command, here)
            seconds[name].append(time.perf_counter() - began_s)
    own, pandas = (statistics.median(seconds[name]) for name in ("ours", "pandas"))
    print(f"a complete plan, resumed: {own:.2f} s, {own / pandas:.1f} x importing pandas (goal: {RESUMED_MAX_S} s)")
    return own <= RESUMED_MAX_S


if __name__ == "__main__":
    sys.exit(not main())
