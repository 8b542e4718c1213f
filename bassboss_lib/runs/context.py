"""What a notebook calls: `start` at its top, `Run.finish` as its last cell.

The same notebook runs under `bassboss run`, plain papermill and JupyterLab. Under `bassboss run` the
environment names workspace, clock and run folder; elsewhere `start` makes a folder of its own, so that
finishing works everywhere. The file ``result.json`` is the sentinel that a run is complete.
"""

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, SupportsFloat, SupportsInt, get_args

from bassboss_lib import months
from bassboss_lib.errors import BassbossError, CallError, InputRefused
from bassboss_lib.markup import about
from bassboss_lib.reports.mask import mask
from bassboss_lib.reports.writing import write_text
from bassboss_lib.runs.processes import RUN_DIR
from bassboss_lib.workspace import Workspace, open_workspace

__all__ = ["ERROR_FILE", "RESULT_FILE", "Language", "Run", "month_of", "start"]

Language = Literal["zh", "en"]
RESULT_FILE = "result.json"
ERROR_FILE = "error.json"
FROZEN = "frozen.json"
"""Beside a reproduced notebook: which workspace it opens, and at which time."""


@dataclass(frozen=True)
class Run:
    """One run of a notebook, as the notebook sees it; ``month`` is ``none`` for tables without time."""

    workspace: Workspace
    notebook: str
    month: str
    source: str
    language: Language
    folder: Path

    def _repr_html_(self) -> str:
        facts = {"month": self.month, "source": self.source or "boss", "language": self.language,
                 "workspace": self.workspace.root.name, "folder": self._relative(self.folder)}  # fmt: skip
        return about(f"run of {self.notebook}", facts)

    def text(self, zh: str, en: str) -> str:
        """Pick the text of the run's language."""
        return zh if self.language == "zh" else en

    def finish(
        self,
        figures: Mapping[str, SupportsFloat],
        intervals: Mapping[str, Sequence[SupportsFloat]] | None = None,
        rows: Mapping[str, SupportsInt] | None = None,
        files: Sequence[str | Path] = (),
    ) -> None:
        """Write ``result.json``: figures, their intervals (low, high), row counts and the files made.

        Files are written relative to the workspace, those of the run folder by their names.

        Raises
        ------
        CallError
            If a figure or an end of an interval is not a finite number, or an interval has no figure.
        """
        numbers = {name: _number(name, value) for name, value in figures.items()}
        spans = {name: _interval(name, span, numbers) for name, span in (intervals or {}).items()}
        result = {
            "notebook": self.notebook,
            "month": self.month,
            "source": self.source,
            "figures": numbers,
            "intervals": spans,
            "rows": {name: int(count) for name, count in (rows or {}).items()},
            "files": [self._relative(Path(file)) for file in files],
        }
        write_text(
            self.folder / RESULT_FILE,
            json.dumps(result, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        )

    def _relative(self, path: Path) -> str:
        for root in (self.folder, self.workspace.root):
            if path.is_absolute() and path.is_relative_to(root):
                return path.relative_to(root).as_posix()
        return path.as_posix()


def start(notebook: str, *, month: str = "", source: str = "", language: str = "") -> Run:
    """Open the workspace for a notebook and say for which month or source it runs.

    Parameters
    ----------
    notebook : str
        Stem of the notebook's file.
    month : str
        Month YYYYMM; empty for the newest month delivered.
    source : str
        Stem of an imported table's mapping; empty for BOSS's deliveries. A source has no month.
    language : {"", "zh", "en"}
        Language of figures and sentences; empty for that of the settings.

    Raises
    ------
    CallError
        If the language or the month is none.
    InputRefused
        If the month was not delivered.
    """
    _keep_errors()
    workspace = _frozen(Path.cwd()) or open_workspace(os.environ.get("BASSBOSS_WORKSPACE") or _default_root())
    settled = month_of(workspace, month, source)
    told = _language(language or workspace.settings.language)
    given = os.environ.get(RUN_DIR)
    folder = Path(given) if given else _manual_folder(workspace.runs / settled / notebook)
    return Run(workspace, notebook, settled, source, told, folder)


def _language(asked: str) -> Language:
    for known in get_args(Language):
        if asked == known:
            return known
    raise CallError(f"language {asked!r} is not known", where="language", remedy="say zh or en")


def month_of(workspace: Workspace, month: str, source: str) -> str:
    """Settle the month of a run: ``none`` for a source, the newest delivered if it is not named.

    Raises
    ------
    CallError
        If ``month`` is not a month.
    InputRefused
        If it was not delivered.
    """
    if source:
        return "none"
    from bassboss_lib.warehouse import partitions

    if not month:
        return partitions.newest_month(workspace)
    if months.require(month) not in partitions.months(workspace, "customer"):
        remedy = "run `bassboss ingest`, or name a month of `bassboss status`"
        raise InputRefused(f"month {month} was not delivered", where="warehouse", kept="nothing ran", remedy=remedy)
    return month


def _frozen(folder: Path) -> Workspace | None:
    """Open the workspace that lies beside a reproduced notebook, as the run saw it; None beside any other."""
    mark = folder / FROZEN
    if os.environ.get(RUN_DIR) or not mark.is_file():
        return None
    said = json.loads(mark.read_text(encoding="utf-8"))
    return open_workspace(folder / said["workspace"], said["now"])


def _default_root() -> Path:
    """JupyterLab starts a kernel in the notebook's folder; the workspace lies beside that folder."""
    here = Path.cwd()
    return (here.parent if here.name == "notebooks" else here) / "outputs"


def _manual_folder(parent: Path) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        folder = parent / f"manual-{number}"
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
            continue
        return folder


def _keep_errors() -> None:
    """Under `bassboss run`, let an error of ours that a cell raises reach the runner with all it knows."""
    import IPython

    shell = IPython.get_ipython()
    if shell is not None and os.environ.get(RUN_DIR):
        shell.events.register("post_run_cell", _keep_error)


def _keep_error(result: Any) -> None:
    error = getattr(result, "error_in_exec", None)
    if isinstance(error, BassbossError):
        parts = {"fault": error.fault, "where": error.where, "kept": error.kept, "remedy": error.remedy}
        kept = {"class": type(error).__name__, "what": error.what, **parts}
        text = json.dumps({name: mask(part) for name, part in kept.items()}, ensure_ascii=False)
        write_text(Path(os.environ[RUN_DIR]) / ERROR_FILE, text)


def _number(name: str, value: SupportsFloat) -> float | int:
    number = float(value)
    if not math.isfinite(number):
        raise CallError(f"{name} is {number}, not a number", where="result.json", remedy="leave out what has no value")
    whole = not isinstance(value, bool) and hasattr(value, "__index__")
    return int(number) if whole else number


def _interval(name: str, span: Sequence[SupportsFloat], figures: Mapping[str, float]) -> list[float | int]:
    if name not in figures or len(span) != 2:
        raise CallError(f"interval {name!r} needs a figure and two ends", where="result.json", remedy="mend the call")
    low, high = span
    return [_number(name, low), _number(name, high)]
