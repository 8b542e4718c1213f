"""What our runner costs beside bare papermill on an empty notebook, and how soon a complete plan has nothing to do.

Rendering is left aside on our side, since papermill renders nothing. Both sides run the same notebook, which starts and
finishes a run, in turns. ``warm`` is a step of a plan under way beside a process that imports papermill and runs the
notebook; ``cold`` is one command line beside the other.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median

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
    own, bare = _in_turns(ours, reference)
    print(
        f"runner, {title}: {own.wall_s:.2f} s, papermill {bare.wall_s:.2f} s: {own.wall_s - bare.wall_s:+.2f} s; "
        f"cpu {own.cpu_s:.2f} and {bare.cpu_s:.2f} s: {own.cpu_s - bare.cpu_s:+.2f} s"
        + (f" (goal: at most {OVERHEAD_MAX_S} s more)" if title == "warm" else "")
    )
    return own.wall_s - bare.wall_s


@dataclass(frozen=True)
class _Took:
    wall_s: float
    cpu_s: float


def _in_turns(ours: Callable[[], None], reference: Callable[[], None]) -> tuple[_Took, _Took]:
    """Give the medians of ours and of the reference."""
    taken: tuple[list[_Took], list[_Took]] = ([], [])
    for _ in range(ROUNDS):
        for place, act in ((1, reference), (0, ours)):
            wall_s, cpu_s = time.perf_counter(), _cpu_s()
            act()
            taken[place].append(_Took(time.perf_counter() - wall_s, _cpu_s() - cpu_s))
    own, bare = (_Took(median(one.wall_s for one in runs), median(one.cpu_s for one in runs)) for runs in taken)
    return own, bare


def _cpu_s() -> float:
    """Give the cpu-seconds of this process and of all that it waited for."""
    return sum(used.ru_utime + used.ru_stime for used in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def _resumed(root: Path, here: Mapping[str, str]) -> bool:
    """Time the command that finds a monthly plan complete, beside a process that imports pandas."""
    steps = "".join(f"  - notebook: 1{number}_step\n" for number in range(3))
    project(root, f"steps:\n{steps}", **{f"1{number}_step": (FINISH,) for number in range(3)})
    os.chdir(root)
    flow.run_target(open_workspace(root / "work", NOW), "monthly", {"month": MONTH})
    again = [str(Path(sys.executable).with_name("bassboss")), "run", "monthly", "--resume"]
    own, pandas = _in_turns(lambda: _call(again, here), lambda: _call([sys.executable, "-c", "import pandas"], here))
    print(
        f"a complete plan, resumed: {own.wall_s:.2f} s, {own.wall_s / pandas.wall_s:.1f} x importing pandas; "
        f"cpu {own.cpu_s:.2f} s (goal: {RESUMED_MAX_S} s)"
    )
    return own.wall_s <= RESUMED_MAX_S


if __name__ == "__main__":
    sys.exit(not main())
