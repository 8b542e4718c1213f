"""A bill with its lines, for one owner: by the reference engine, from the same usage that the fast ones rate."""

from datetime import datetime, timedelta

from bassboss_lib.rating.compiled import Compiled
from bassboss_lib.rating.moments import EPOCH
from bassboss_lib.rating.records import Bill, Call, Month
from bassboss_lib.rating.reference import rate_owner
from bassboss_lib.rating.usage import Usage

__all__ = ["explain_bill", "months_of"]


def months_of(compiled: Compiled, usage: Usage, rows: range) -> list[Month]:
    """Give some rows of one owner as the reference engine takes them."""
    names = [*compiled.catalogue.header.classes, None]
    start = datetime(EPOCH.year, EPOCH.month, EPOCH.day)
    made = []
    for row in rows:
        calls = [
            Call(
                names[int(compiled.class_of[usage.code[at]])],
                start + timedelta(seconds=int(usage.started_s[at])),
                int(usage.units[at]),
                int(usage.member[at]),
            )
            for at in range(int(usage.first[row]), int(usage.first[row + 1]))
        ]
        number, about = int(usage.rows.month[row]), usage.rows
        days = (int(about.active_days[row]), calls, int(about.members[row]), int(about.member_days[row]))
        made.append(Month(datetime(number // 12, number % 12 + 1, 1), *days))
    return made


def explain_bill(compiled: Compiled, usage: Usage, wanted: str, row: int) -> Bill:
    """Give the itemised bill of a row under a plan; its lines add up to what the fast engines say.

    Earlier months of the owner are rated too, since their bundles may roll over.
    """
    first = row
    while first and usage.rows.owner[first - 1] == usage.rows.owner[row]:
        first -= 1
    months = months_of(compiled, usage, range(first, row + 1))
    return rate_owner(compiled.catalogue.header, compiled.catalogue.plan(wanted), months)[-1]
