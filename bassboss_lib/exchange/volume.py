"""The volume gate (I26): a month with far fewer rows than the one before is looked at by somebody before it counts."""

from collections.abc import Sequence

from bassboss_lib import months
from bassboss_lib.contracts import Unit
from bassboss_lib.errors import GateRefused
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.names import Stem
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["require_volume"]

ROWS_MIN = 100  # below it, chance alone moves a month by that much


def require_volume(
    workspace: Workspace, ledger: Ledger, unit: Unit, stem: Stem, *, rows: int, accepted: Sequence[str]
) -> None:
    """Compare a monthly delivery with the month before.

    Parameters
    ----------
    workspace : Workspace
        Its settings say which share of rows may not be missing (``volume_drop_max``).
    ledger : Ledger
        Knows the month before; an acceptance by name is written into it.
    unit, stem : Unit, Stem
        What came.
    rows : int
        How many rows came.
    accepted : sequence of str
        Stems that somebody has looked at and accepts as they are.

    Raises
    ------
    GateRefused
        If too many rows are missing (I26).
    """
    if unit.cycle != "month" or unit.feedback:
        return
    last = deliveries.newest(ledger, "in", unit, stem.province, months.add(stem.period, -1))
    before = last.rows if last and last.state in ("accepted", "partial") else 0
    if before < ROWS_MIN or rows > (1 - workspace.settings.volume_drop_max) * before:
        return
    if str(stem) in accepted:
        ledger.event(workspace.now, "volume accepted", stem.delivery("in"), {"rows": rows, "before": before})
        return
    raise GateRefused(
        f"volume: {rows:,} rows, {before:,} the month before ({rows / before - 1:+.0%})",
        fault="I26",
        where=str(stem),
        kept="this delivery held in the inbox, nothing of it loaded",
        remedy=f"ask the sender; if it is right: `bassboss ingest --accept-volume {stem}`",
    )
