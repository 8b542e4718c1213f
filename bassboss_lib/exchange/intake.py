"""Intake: everything in the inbox that is whole, in order of months, each delivery whole or not at all.

What is refused stays where it is; other deliveries still load, and the gravest refusal is raised at the end. Where the
rows go is the caller's business: the warehouse passes a function in, since rooms import upward only.
"""

from collections.abc import Callable, Sequence

from bassboss_lib.contracts import units
from bassboss_lib.errors import BassbossError, DiskFailed, InputRefused
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.codes import SENT_AGAIN, FileRefused
from bassboss_lib.exchange.disk import lock
from bassboss_lib.exchange.inbox import Arrival, overdue, survey
from bassboss_lib.exchange.report import IntakeReport
from bassboss_lib.exchange.taking import TAKEN, Desk, Load, Screen, put_aside, refuse, take
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["Progress", "take_in"]

Progress = Callable[[int, int, str], None]
"""Is told how many arrivals are done, how many there are, and which comes next."""


def take_in(
    workspace: Workspace,
    load: Load,
    month: str | None = None,
    progress: Progress | None = None,
    *,
    screen: Screen | None = None,
    accepted: Sequence[str] = (),
) -> IntakeReport:
    """Take in everything in the inbox that is whole.

    Parameters
    ----------
    workspace : Workspace
        Its inbox is read; archive, quarantine, ledger and receipts are written.
    load : function
        Stores the rows of one delivery.
    month : str, optional
        Take in only what is of this month, and ask for every unit of it.
    progress : function, optional
        Called before every arrival.
    screen : function, optional
        Take in feedback instead of source units, after this look at its rows.
    accepted : sequence of str
        Deliveries whose volume somebody has looked at and accepts (I26), named by their stems.

    Raises
    ------
    BassbossError
        The gravest refusal, after everything else was loaded; its line says how many more there were.
    DiskFailed
        At once, if the disk refuses; running again does the rest.
    Locked
        If another process takes in.
    """
    report = IntakeReport()
    with lock(workspace.root / ".ingest.lock", "taking in"), Ledger(workspace.ledger) as ledger:
        desk, found = Desk(workspace, ledger, load, report, screen, accepted), survey(workspace, screen is not None)
        refused, failed = list(found.refused), []
        report.warnings += [f"{name}: not a name of the interface, left alone" for name in found.ignored]
        arrivals = [one for one in found.arrivals if month in (None, one.stem.period[:6])]
        for done, arrival in enumerate(arrivals):
            if progress:
                progress(done, len(arrivals), str(arrival.stem))
            try:
                take(desk, arrival)
            except DiskFailed:
                raise
            except BassbossError as error:
                refuse(desk, arrival, error)
                failed.append((arrival, error))
        refused += [error for arrival, error in failed if not put_aside(desk, arrival)]
        refused += _missing(desk, month, arrivals) if month else []
    if refused:
        raise _gravest(refused)
    return report


def _missing(desk: Desk, month: str, arrivals: Sequence[Arrival]) -> list[BassbossError]:
    """Ask for the units of a month that neither came before nor lie in the inbox."""
    refused: list[BassbossError] = []
    here = {arrival.stem.unit for arrival in arrivals}
    wanted = [unit for unit in units() if unit.direction == "in" and unit.cycle == "month" and not unit.feedback]
    for unit in wanted:
        if unit.code in here or month in deliveries.periods(desk.ledger, unit, TAKEN):
            continue
        if overdue(desk.workspace, month):
            refused.append(InputRefused("not delivered", where=f"{unit.name} {month}", remedy=SENT_AGAIN))
        else:
            desk.report.waiting.append(f"{unit.name} {month}: not delivered yet")
    return refused


def _gravest(refused: list[BassbossError]) -> BassbossError:
    """Give the refusal to raise: the first with the highest exit code; it counts the others."""
    worst = max(refused, key=lambda error: error.exit_code)
    if len(refused) == 1:
        return worst
    kind = InputRefused if isinstance(worst, FileRefused) else type(worst)
    more = f"{worst.what} (and {len(refused) - 1} more refused)"
    return kind(more, fault=worst.fault, where=worst.where, kept=worst.kept, remedy=worst.remedy)
