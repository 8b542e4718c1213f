"""Feedback (反馈) on our lists: an ordinary unit in the other direction, held against what was sent.

A row for a customer who was never sent in that campaign is refused (reason 7). Feedback that comes before BOSS has
acknowledged the list waits in the inbox, and is applied once the receipt is in.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bassboss_lib.contracts import Checked, Unit, unit
from bassboss_lib.contracts.check import rejects_table
from bassboss_lib.exchange import deliveries
from bassboss_lib.exchange.names import Stem
from bassboss_lib.exchange.sent import accepted_rows
from bassboss_lib.exchange.taking import Held
from bassboss_lib.ledger import Ledger
from bassboss_lib.workspace import Workspace

__all__ = ["LISTS", "screen_of"]

LISTS = {"31002": "31001", "32002": "32001", "33002": "33001"}
"""Feedback unit → the list that it answers."""

ACKNOWLEDGED = ("accepted", "partial", "closed", "superseded")
UNKNOWN = 7
SEPARATOR = "$"


def screen_of(workspace: Workspace, ledger: Ledger) -> Callable[[Unit, Stem, Checked], Checked]:
    """Give the look at feedback that an intake takes: what was never sent is refused, what is too early is held."""
    return partial(_screen, workspace, ledger)


def _screen(workspace: Workspace, ledger: Ledger, what: Unit, _: Stem, checked: Checked) -> Checked:
    answered = _keys(what, checked.table)
    unknown = pc.invert(pc.is_in(answered, _sent(workspace, ledger, what, ACKNOWLEDGED)))
    strangers = answered.filter(unknown)
    if not len(strangers):
        return checked
    early = pc.sum(pc.is_in(strangers, _sent(workspace, ledger, what, ("released",)))).as_py()
    if early:
        raise Held(f"O16: {early:,} rows answer a list that BOSS has not acknowledged yet")
    rows = checked.table.num_rows + checked.rejects.num_rows
    places = unknown.to_numpy(zero_copy_only=False)
    numbers = np.setdiff1d(np.arange(1, rows + 1), checked.rejects["row"].to_numpy())[places]
    place = np.full(len(numbers), what.index("customer_id"))
    refused = rejects_table(what, numbers, place, np.full(len(numbers), UNKNOWN))
    rejects = pa.concat_tables([checked.rejects, refused]).sort_by("row")
    return replace(checked, table=checked.table.filter(pc.invert(unknown)), rejects=rejects)


def _sent(workspace: Workspace, ledger: Ledger, what: Unit, states: tuple[str, ...]) -> pa.Array:
    """Give the keys sent in the lists of some states; a row refused counts only once its correction is accepted."""
    lists = unit(LISTS[what.code])
    found = [one for one in deliveries.in_state(ledger, "out", states) if one.stem.unit == lists.code]
    keys = [_keys(what, accepted_rows(workspace, ledger, one)) for one in found]
    return pa.concat_arrays([pa.array([], pa.string()), *keys])


def _keys(what: Unit, table: pa.Table) -> pa.Array:
    """Join what tells one assignment from another: the feedback's key without its number."""
    columns = [table[name].cast(pa.string()) for name in what.key if name != "feedback_no"]
    joined = pc.binary_join_element_wise(*columns, SEPARATOR)
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
