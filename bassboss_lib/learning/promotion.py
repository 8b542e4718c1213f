"""Champion and challenger: which stored model scores, who may follow it, and the way back.

A challenger is compared with the champion on the same rows, untreated and mature, which neither learnt from. It may
follow only if the paired interval of the difference excludes zero in its favour (R23), high-value customers are not
served worse, and no drift blocks promotion (R22). The pointer is one row of the ledger, changed in one transaction:
whoever reads it sees the old champion or the new one (R24), and every change is kept, so that one command leads back
(R25).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.exchange.disk import failpoint
from bassboss_lib.learning.estimates import Estimate
from bassboss_lib.learning.metrics import difference
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["Challenge", "challenge", "has_seen_less", "point", "promote", "rollback"]

METRIC = "log_loss"
FEW_CHURNERS = 20


@dataclass(frozen=True)
class Challenge:
    """A challenger against the champion.

    Parameters
    ----------
    champion, challenger : str
        Ids of both.
    gain : Estimate
        Champion's log-loss minus the challenger's, per customer: above 0 the challenger is better.
    gain_high_value : Estimate, optional
        The same among high-value customers; None where too few of them left to tell.
    rows, churners : int
        Rows compared, and who of them left.
    blocked : tuple of str
        What forbids promotion whatever the gain is.
    """

    champion: str
    challenger: str
    gain: Estimate
    gain_high_value: Estimate | None
    rows: int
    churners: int
    blocked: tuple[str, ...] = ()

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why the challenger may not follow; empty if it may."""
        found = list(self.blocked)
        if not self.gain.low > 0:
            found.append("R23: worse" if self.gain.high < 0 else "R23: the interval of the difference includes 0")
        if self.gain_high_value is not None and self.gain_high_value.high < 0:
            found.append("high-value customers are served worse")
        return tuple(found)

    @property
    def passed(self) -> bool:
        """Whether the challenger may follow."""
        return not self.refusals


def challenge(
    names: tuple[str, str],
    y: np.ndarray,
    champion: np.ndarray,
    challenger: np.ndarray,
    *,
    high_value: np.ndarray | None = None,
    weight: np.ndarray | None = None,
    blocked: Sequence[str] = (),
    seed: int = 0,
) -> Challenge:
    """Compare a challenger with the champion on the same rows.

    Parameters
    ----------
    names : tuple of str
        Ids of champion and challenger.
    y, champion, challenger : ndarray
        Who left, and both probabilities, rows in key order.
    high_value : ndarray of bool, optional
        Which customers are of high value.
    weight : ndarray, optional
        How many customers each row stands for.
    """
    gain = _gain(y, champion, challenger, weight, seed)
    few = high_value is None or min(y[high_value].sum(), (1 - y[high_value]).sum()) < FEW_CHURNERS
    high = None
    if not few and high_value is not None:
        kept = None if weight is None else weight[high_value]
        high = _gain(y[high_value], champion[high_value], challenger[high_value], kept, seed)
    return Challenge(*names, gain, high, len(y), int(y.sum()), tuple(blocked))


def _gain(
    y: np.ndarray, champion: np.ndarray, challenger: np.ndarray, weight: np.ndarray | None, seed: int
) -> Estimate:
    return difference(y, champion, challenger, METRIC, weight=weight, seed=seed)


def point(workspace: Workspace, ledger: Ledger, function: str, source: str, model: str, *, why: str) -> str:
    """Let the champion's pointer lead to a model, inside a transaction of the caller's; give who was champion."""
    was = ledger.one("SELECT model FROM champion WHERE function = ? AND source = ?", (function, source))
    previous = was["model"] if was else ""
    now = workspace.now.isoformat()
    failpoint("promote:1")
    ledger.execute("INSERT OR REPLACE INTO champion VALUES (?, ?, ?, ?)", (function, source, model, now))
    failpoint("promote:2")
    kind = "rollback" if why.startswith("rollback") else "promote"
    ledger.execute(
        "INSERT INTO promotion (at, kind, function, source, model, previous, why) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (now, kind, function, source, model, previous, why),
    )
    ledger.event(workspace.now, kind, model, {"function": function, "source": source, "from": previous, "why": why})
    failpoint("promote:3")
    return previous


def has_seen_less(ledger: Ledger, function: str, source: str, model: str) -> bool:
    """Tell whether a model ends before the champion's last month, as one trained again for an old month does."""
    query = (
        "SELECT old.month > new.month AS less FROM champion c JOIN model old ON old.id = c.model"
        " JOIN model new ON new.id = ? WHERE c.function = ? AND c.source = ?"
    )
    row = ledger.one(query, (model, function, source))
    return bool(row and row["less"])


def promote(
    workspace: Workspace, ledger: Ledger, function: str, source: str, model: str, *, why: str, found: Challenge | None
) -> str:
    """Make a stored model the champion.

    Parameters
    ----------
    why : str
        Goes into the ledger and the report.
    found : Challenge, optional
        Its comparison with the champion; None if somebody decided by hand.

    Returns
    -------
    str
        Id of the model that was champion before.

    Raises
    ------
    CallError
        If the ledger knows no such model.
    GateRefused
        If the challenge was not passed; the champion keeps scoring.
    """
    if not ledger.one("SELECT 1 FROM model WHERE function = ? AND source = ? AND id = ?", (function, source, model)):
        raise CallError(f"no model {model}", where=f"{function}, {source}", remedy="see `bassboss models list`")
    if found is not None and not found.passed:
        refusals = "; ".join(found.refusals)
        detail = {"refusals": list(found.refusals), "gain": asdict(found.gain)}
        ledger.event(workspace.now, "not promoted", model, detail)
        raise GateRefused(refusals, where=model, kept="the champion keeps scoring", remedy="wait for more months")
    with ledger.transaction():
        return point(workspace, ledger, function, source, model, why=why)


def rollback(workspace: Workspace, ledger: Ledger, function: str, source: str) -> tuple[str, str]:
    """Let the previous champion serve again (R25); give the ids of the model left and of the one that serves now.

    Each rollback undoes the newest promotion that is not undone yet.

    Raises
    ------
    CallError
        If there is nothing to go back to.
    """
    stack: list[str] = []
    steps = "SELECT kind, model FROM promotion WHERE function = ? AND source = ? ORDER BY id"
    for row in ledger.rows(steps, (function, source)):
        if row["kind"] == "promote":
            stack.append(row["model"])
        else:
            stack.pop()
    if len(stack) < 2:
        raise CallError("no earlier champion", where=f"{function}, {source}", remedy="see `bassboss models list`")
    with ledger.transaction():
        left = point(workspace, ledger, function, source, stack[-2], why=f"rollback from {stack[-1]}")
    return left, stack[-2]
