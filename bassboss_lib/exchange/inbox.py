"""What lies in the inbox: file names put together to arrivals, strangers told apart.

Only names are looked at here. A delivery counts once its verification file is there; before the due day it is waited
for, after it it is missing.
"""

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bassboss_lib import months
from bassboss_lib.contracts import Unit, units
from bassboss_lib.errors import BassbossError, InputRefused, SecurityRefused
from bassboss_lib.exchange.codes import FileRefused
from bassboss_lib.exchange.names import Stem, parse
from bassboss_lib.workspace import Workspace

__all__ = ["Arrival", "Inbox", "overdue", "survey", "unit_of"]

UNFINISHED = (".tmp", ".part")
RESPONSES = "3"


@dataclass
class Arrival:
    """The files of one stem: numbers and form of its data files, whether manifest and verification file are there."""

    stem: Stem
    form: str = "dat"
    numbers: list[int] = field(default_factory=list)
    manifest: bool = False
    verification: bool = False

    @property
    def data(self) -> list[str]:
        """Names of its data files."""
        return [self.stem.data(number, self.form) for number in self.numbers]


@dataclass
class Inbox:
    """What lies in the inbox: arrivals in order of period, unit and resend; refused names; names that mean nothing."""

    arrivals: list[Arrival]
    refused: list[BassbossError]
    ignored: list[str]


def survey(workspace: Workspace, responses: bool = False) -> Inbox:
    """Look through the inbox by name; hidden and unfinished files are left alone.

    Parameters
    ----------
    workspace : Workspace
        Whose inbox.
    responses : bool
        Look for feedback on our lists, and leave everything else; by default it is the other way round. Receipts are
        looked at elsewhere (`exchange.receiving`).
    """
    arrivals: dict[Stem, Arrival] = {}
    refused: list[BassbossError] = []
    ignored: list[str] = []
    for entry in sorted(os.scandir(workspace.inbox), key=lambda one: one.name):
        if entry.name.startswith(".") or entry.name.endswith(UNFINISHED):
            continue
        try:
            if entry.is_symlink() or not entry.is_file():
                raise SecurityRefused("not a plain file", fault="I30", where=repr(entry.name), remedy="remove it")
            _sort(arrivals, entry.name, responses)
        except SecurityRefused as error:
            refused.append(error)
        except InputRefused as error:
            if entry.name.endswith((".dat", ".verf")):
                refused.append(FileRefused("01", error.what, where=entry.name))
            else:
                ignored.append(entry.name)
    ordered = sorted(arrivals.values(), key=lambda one: (one.stem.period, one.stem.unit, one.stem.rr, one.stem.mode))
    return Inbox(ordered, refused, ignored)


def unit_of(workspace: Workspace, stem: Stem) -> Unit:
    """Give the unit of a stem, if the stem is one that this workspace expects.

    Raises
    ------
    FileRefused
        With code 01 (unit), 09 (province), 08 (date), 10 (mode or cycle) or 24 (in the future).
    """
    found = next((one for one in units() if one.code == stem.unit and one.direction == "in"), None)
    where = str(stem)
    if found is None:
        raise FileRefused("01", "the unit is not one that BOSS delivers", where=where)
    if stem.province != workspace.settings.province:
        raise FileRefused("09", f"the province is not {workspace.settings.province}", where=where)
    if not _is_period(stem.period):
        raise FileRefused("08", "the period is not a date", where=where)
    if stem.mode not in found.modes or not found.takes(stem.period):
        raise FileRefused("10", f"mode {stem.mode} with this period does not fit the unit", where=where)
    today = f"{workspace.now:%Y%m%d}"
    if stem.period > today[: len(stem.period)]:
        raise FileRefused("24", "the period lies in the future", where=where)
    return found


def overdue(workspace: Workspace, period: str) -> bool:
    """Tell whether the due day of a period is over by the run's clock.

    A month is due on a day of the next month, a day on the day after.
    """
    if len(period) == len("YYYYMMDD"):
        return workspace.now.date() > datetime.strptime(period, "%Y%m%d").date() + timedelta(days=1)
    due = months.first_day(months.add(period, 1)).replace(day=workspace.settings.due_day)
    return workspace.now.date() > due


def _sort(arrivals: dict[Stem, Arrival], name: str, responses: bool) -> None:
    found = parse(name)
    if found.kind in ("file_receipt", "record_receipt") or found.stem.unit.startswith(RESPONSES) != responses:
        return
    arrival = arrivals.setdefault(found.stem, Arrival(found.stem))
    if found.kind == "data":
        arrival.numbers.append(found.number)
        arrival.form = found.form
    elif found.kind == "manifest":
        arrival.manifest = True
    else:
        arrival.verification = True


def _is_period(text: str) -> bool:
    if len(text) == len("YYYYMM"):
        return months.is_month(text)
    try:
        datetime.strptime(text, "%Y%m%d")
    except ValueError:
        return False
    return months.is_month(text[:6])
