"""Notebooks under papermill: which parameters they declare, how they are run, what is remembered of it.

A caller settles the parameters of a plan or notebook (`prepare`), then runs the steps that are to run (`run_plan`) or
one notebook (`run_notebook`). A notebook itself calls `start` and `Run.finish`, under papermill and JupyterLab as well.
"""

from bassboss_lib.runs.as_of import as_of, spanned, up_to
from bassboss_lib.runs.context import Run, start
from bassboss_lib.runs.decide import Choice, Decision
from bassboss_lib.runs.execute import Progress, RunResult, run_notebook
from bassboss_lib.runs.parameters import Parameter, Resolved, contract, resolve
from bassboss_lib.runs.plan import Plan, Step, Task, find, prepare, read_plan
from bassboss_lib.runs.steps import StepResult, dry_run, run_plan

__all__ = [
    "Choice",
    "Decision",
    "Parameter",
    "Plan",
    "Progress",
    "Resolved",
    "Run",
    "RunResult",
    "Step",
    "StepResult",
    "Task",
    "as_of",
    "contract",
    "dry_run",
    "find",
    "prepare",
    "read_plan",
    "resolve",
    "run_notebook",
    "run_plan",
    "spanned",
    "start",
    "up_to",
]
