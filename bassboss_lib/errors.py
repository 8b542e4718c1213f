"""One family of errors: each knows its exit code, and says in one line what happened and what to do next.

An error's line names what went wrong, where, what was kept and the next step. It never carries a subscriber's
number or name. The exit codes are the public ones of the command line.
"""

__all__ = [
    "BassbossError",
    "CallError",
    "CellFailed",
    "DeadlinePassed",
    "DiskFailed",
    "GateRefused",
    "InputRefused",
    "Interrupted",
    "KernelDied",
    "LedgerMismatch",
    "Locked",
    "SecurityRefused",
    "SomethingOverdue",
    "TooManyBadRecords",
]


class BassbossError(Exception):
    """What went wrong, in one line.

    Parameters
    ----------
    what : str
        The fact, with counts ("expected 10,000 records, found 9,999").
    fault : str
        Identifier of the fault table, such as ``I03``; empty where there is none.
    where : str
        File, line, column, key or month.
    kept : str
        What is still there ("file archived, nothing loaded").
    remedy : str
        The next step for the reader.

    Examples
    --------
    >>> print(InputRefused("records differ: 3 declared, 2 found", fault="I06", where="a.dat", remedy="send it again"))
    I06: records differ: 3 declared, 2 found | where: a.dat | next: send it again
    """

    exit_code = 1

    def __init__(self, what: str, *, fault: str = "", where: str = "", kept: str = "", remedy: str = "") -> None:
        self.what, self.fault, self.where, self.kept, self.remedy = what, fault, where, kept, remedy
        super().__init__(self.line())

    def line(self) -> str:
        """Give the error as one line, without line breaks."""
        head = f"{self.fault}: {self.what}" if self.fault else self.what
        named = [("where", self.where), ("kept", self.kept), ("next", self.remedy)]
        parts = [head] + [f"{name}: {text}" for name, text in named if text]
        return " ".join(" | ".join(parts).split())

    def __reduce__(self) -> tuple:
        """Let the error cross a process boundary with all it knows."""
        state = {"fault": self.fault, "where": self.where, "kept": self.kept, "remedy": self.remedy}
        return _rebuild, (type(self), self.what, state)


def _rebuild(kind: type[BassbossError], what: str, state: dict[str, str]) -> BassbossError:
    return kind(what, **state)


class CallError(BassbossError):
    """A call, parameter or configuration that cannot be carried out."""

    exit_code = 2


class InputRefused(BassbossError):
    """Input refused or missing; nothing loaded."""

    exit_code = 3


class TooManyBadRecords(BassbossError):
    """More bad records than the threshold allows; nothing loaded."""

    exit_code = 4


class GateRefused(BassbossError):
    """A quality or model gate refused; nothing published."""

    exit_code = 5


class Locked(BassbossError):
    """Another run holds the lock."""

    exit_code = 6


class CellFailed(BassbossError):
    """A notebook cell raised, or the notebook ended without its result file."""

    exit_code = 7


class KernelDied(BassbossError):
    """The notebook's kernel died."""

    exit_code = 8


class DeadlinePassed(BassbossError):
    """A run or a cell passed its deadline."""

    exit_code = 9


class LedgerMismatch(BassbossError):
    """The ledger and the disk disagree."""

    exit_code = 10


class SomethingOverdue(BassbossError):
    """A delivery, receipt or feedback is overdue, or a receipt was negative."""

    exit_code = 11


class SecurityRefused(BassbossError):
    """Refused for security: a path that escapes, wide permissions, an altered model."""

    exit_code = 12


class DiskFailed(BassbossError):
    """The disk refused a read or a write; a later attempt may succeed."""

    exit_code = 74


class Interrupted(BassbossError):
    """Stopped by a signal."""

    exit_code = 130
