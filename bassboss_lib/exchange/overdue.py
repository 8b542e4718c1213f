"""What is overdue or was answered badly, for `bassboss status --check`.

Everything goes by the run's clock and by names: a clock that jumps back makes nothing overdue, and which delivery is
the newer one is a matter of period and resend number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bassboss_lib import months
from bassboss_lib.contracts import Unit, unit, units
from bassboss_lib.errors import SomethingOverdue
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.deliveries import Delivery
from bassboss_lib.exchange.feedback import LISTS
from bassboss_lib.exchange.inbox import overdue
from bassboss_lib.exchange.taking import TAKEN
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["Notice", "require_nothing_overdue", "what_is_overdue"]

NEGATIVE = {"rejected": "was rejected", "partial": "was accepted in part"}
REMEDIES = {
    "rejected": "mend the rows and run the list again",
    "partial": "mend the source, then `bassboss correct` it; or run the list again",
}


@dataclass(frozen=True)
class Notice:
    """Something to act on: the fault, what it concerns, what is wrong, and the next step."""

    fault: str
    where: str
    what: str
    remedy: str


def require_nothing_overdue(workspace: Workspace, ledger: Ledger) -> None:
    """Raise if anything is overdue, disputed, or answered negatively and not sent again.

    Raises
    ------
    SomethingOverdue
        Exit code 11; its line names the first and counts the others.
    """
    found = what_is_overdue(workspace, ledger)
    if found:
        first, more = found[0], f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise SomethingOverdue(f"{first.what}{more}", fault=first.fault, where=first.where, remedy=first.remedy)


def what_is_overdue(workspace: Workspace, ledger: Ledger) -> list[Notice]:
    """List what somebody should act on, the gravest first."""
    sent = deliveries.in_state(ledger, "out", ["released", "accepted", "partial", "rejected"])
    found = [*_disputed(ledger, sent), *_negative(ledger, sent)]
    found += _unanswered(workspace, ledger, sent) + _without_feedback(workspace, ledger, sent)
    return found + [line for one in units() for line in _missing(workspace, ledger, one)]


def _disputed(ledger: Ledger, sent: list[Delivery]) -> list[Notice]:
    rows = ledger.rows("SELECT DISTINCT delivery FROM receipt WHERE state = 'disputed' ORDER BY delivery")
    ids, known = [row["delivery"] for row in rows], {one.id for one in sent}
    what, remedy = "DISPUTED: receipts contradict each other", "ask BOSS which one holds, or send the list again"
    return [Notice("O13", one, what, remedy) for one in ids if one in known]


def _negative(ledger: Ledger, sent: list[Delivery]) -> list[Notice]:
    """A negative receipt counts until another delivery of the period was sent."""
    found = []
    for one in sent:
        about = ("out", unit(one.stem.unit), one.stem.province, one.stem.period)
        newest = deliveries.newest(ledger, *about)
        if one.state in NEGATIVE and newest and newest.rr == one.rr:
            refused = ledger.rows("SELECT 1 FROM reject WHERE delivery = ?", (one.id,))
            what = f"{NEGATIVE[one.state]}; {len(refused):,} of {one.rows:,} records refused"
            found.append(Notice("O14", one.id, what, REMEDIES[one.state]))
    return found


def _unanswered(workspace: Workspace, ledger: Ledger, sent: list[Delivery]) -> list[Notice]:
    limit = timedelta(hours=workspace.settings.receipt_due_h)
    what = f"OVERDUE: no receipt within {workspace.settings.receipt_due_h} h of its release"
    late = [one for one in sent if one.state == "released" and _since(workspace, ledger, one, "released") > limit]
    return [Notice("O10", one.id, what, "ask BOSS for the receipt, then `bassboss receive`") for one in late]


def _without_feedback(workspace: Workspace, ledger: Ledger, sent: list[Delivery]) -> list[Notice]:
    limit = timedelta(days=workspace.settings.feedback_due_days)
    what = f"OVERDUE: no feedback within {workspace.settings.feedback_due_days} days of its acceptance"
    found = []
    for answer, listed in LISTS.items():
        came = deliveries.periods(ledger, unit(answer), TAKEN)
        for one in sent:
            waits = one.stem.unit == listed and one.state in ("accepted", "partial")
            if waits and not any(period[:6] >= one.stem.period[:6] for period in came):
                late = _since(workspace, ledger, one, "receipt applied") > limit
                found += [Notice("O10", one.id, what, f"ask BOSS for unit {answer}")] if late else []
    return found


def _missing(workspace: Workspace, ledger: Ledger, one: Unit) -> list[Notice]:
    """Name the months of a source unit that should have come since its first one."""
    if one.direction != "in" or one.feedback or one.cycle != "month":
        return []
    came = deliveries.periods(ledger, one, TAKEN)
    due = months.span(came[0], months.add(months.of(workspace.now.date()), -1)) if came else []
    late = [month for month in due if month not in came and overdue(workspace, month)]
    remedy = "have it delivered, then `bassboss ingest`"
    return [Notice("I01", f"{one.name} {month}", "OVERDUE: not delivered", remedy) for month in late]


def _since(workspace: Workspace, ledger: Ledger, one: Delivery, kind: str) -> timedelta:
    """Give how long ago the last event of a kind was; nothing if the clock was set back since."""
    row = ledger.one("SELECT at FROM event WHERE subject = ? AND kind = ? ORDER BY id DESC", (one.id, kind))
    return workspace.now - datetime.fromisoformat(row["at"]) if row else timedelta()
