"""Notebooks under papermill: which parameters they declare, how they are run, what is remembered of it.

A caller settles the parameters of a plan or notebook (`prepare`), then runs one after the other
(`run_notebook`). A notebook itself calls `start` and `Run.finish`, under papermill and JupyterLab as well.
"""

from bassboss_lib.runs.context import Run, start
from bassboss_lib.runs.execute import Progress, RunResult, run_notebook
from bassboss_lib.runs.parameters import Parameter, Resolved, contract, resolve
from bassboss_lib.runs.plan import Plan, Step, Task, prepare, read_plan

__all__ = [
    "Parameter",
    "Plan",
    "Progress",
    "Resolved",
    "Run",
    "RunResult",
    "Step",
    "Task",
    "contract",
    "prepare",
    "read_plan",
    "resolve",
    "run_notebook",
    "start",
]
