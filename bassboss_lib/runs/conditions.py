"""Conditions of a plan's step: whether it is wanted this month. One that is not is skipped, which is no failure.

``feedback_due: retention|survey|care``
    Feedback on our lists came that no complete run of the step has read.
``delivered: UNIT``
    A unit, such as ``complaint``, was delivered for the month.
``months: "3,6,9,12"``
    The month of the calendar is one of these.
"""

from bassboss_lib.errors import CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["known_condition", "unmet"]

FEEDBACK = {"retention": "31002", "survey": "32002", "care": "33002"}
UNREAD = (
    "SELECT d.id FROM delivery d WHERE d.direction = 'in' AND d.unit = ? AND d.loaded > 0"
    " AND substr(d.period, 1, 6) <= ? AND d.id NOT IN (SELECT i.delivery FROM run_input i JOIN run r ON r.id = i.run"
    " WHERE r.notebook = ? AND r.state = 'DONE') ORDER BY d.id"
)


def known_condition(name: str, about: str) -> None:
    """Raise ``ValueError`` if there is no such condition."""
    if name not in ("feedback_due", "delivered", "months"):
        raise ValueError(f"{name} is no condition; there are feedback_due, delivered and months")
    if name == "feedback_due" and about not in FEEDBACK:
        raise ValueError(f"feedback_due: {about} is none of {', '.join(FEEDBACK)}")
    if name == "delivered":
        from bassboss_lib.contracts import unit

        try:
            unit(about)
        except CallError as error:
            raise ValueError(f"delivered: {about} is no unit") from error
    if name == "months" and not set(about.replace(" ", "").split(",")) <= {str(month) for month in range(1, 13)}:
        raise ValueError(f"months: {about} are not months 1 to 12")


def unmet(workspace: Workspace, ledger: Ledger, notebook: str, month: str, *, name: str, about: str) -> str:
    """Say in one clause why a condition is not met for a step and month; empty if it is."""
    if name == "feedback_due":
        due = ledger.rows(UNREAD, (FEEDBACK[about], month, notebook))
        return "" if due else f"no feedback on {about} lists is due"
    if name == "delivered":
        from bassboss_lib.warehouse.partitions import months

        return "" if month in months(workspace, about) else f"{about} was not delivered for {month}"
    wanted = about.replace(" ", "").split(",")
    return "" if month[4:].lstrip("0") in wanted else f"it runs in months {about} only"
