"""Monthly aggregates per customer of the event-sized units, written beside the units they come from.

Call records and bill items are large; everything behind this file works on tables of customer size. The expressions
are narwhals, so that they mean the same on every engine. Sums are of integers and counts, hence exact and independent
of the order of rows.
"""

from datetime import date, datetime, time
from typing import Any

import narwhals as nw

from bassboss_lib import months
from bassboss_lib.engine import Engine, write_table
from bassboss_lib.warehouse.partitions import part_name, partition, paths, version
from bassboss_lib.workspace import Workspace

__all__ = ["SHORT_CALL_S", "SOURCES", "bill_month", "build", "circle_month", "edges", "usage_month"]

SHORT_CALL_S = 10
"""A connected call this short was, more often than not, cut off."""

SOURCES = {"usage_month": ("cdr",), "circle_month": ("cdr", "customer"), "bill_month": ("bill_item",)}
"""Table of this file → the units it comes from; its resend number is the sum of theirs, so it rises with each."""

NIGHT_ENDS_H = 7
LATE_H = (22, 6)
"""From and until which hour an event of any kind is at night: calls alone are too few to tell a night owl by."""
ABROAD = ("international", "roaming")
LEFT_STATUS = ("1021", "1022", "2010", "2020", "2030")


def usage_month(cdr: Any, since: date) -> Any:
    """Aggregate call records: one row per customer with usage.

    What comes late counts in the month it comes in, as on the bill: so no month is ever known better afterwards.

    Parameters
    ----------
    cdr : narwhals lazy frame
        Unit 04008 of one month, one row per event.
    since : date
        First day of that month; what began before it came late, and makes no day of it an active one.

    Returns
    -------
    narwhals lazy frame
        Counts, seconds, bytes and fen; 0 where a kind of event did not happen.
    """
    voice, sms = nw.col("kind") == "voice", nw.col("kind") == "sms"
    out, into = nw.col("direction") == "mo", nw.col("direction") == "mt"
    off_net = nw.col("other_operator") != "CM"
    seconds, hour = nw.col("duration_s"), nw.col("started_at").dt.hour()
    late = nw.col("started_at") < nw.lit(datetime.combine(since, time.min))
    dated = cdr.with_columns(
        own_day=nw.when(late).then(nw.lit(0)).otherwise(nw.col("started_at").dt.day()),
        late=nw.when(late).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    counts = dated.group_by("pseudonym").agg(
        call_out_count=_count(voice & out),
        call_out_s=_total(voice & out, seconds),
        call_in_count=_count(voice & into),
        call_in_s=_total(voice & into, seconds),
        call_off_net_count=_count(voice & off_net),
        call_short_count=_count(voice & (seconds > 0) & (seconds <= SHORT_CALL_S)),
        call_night_count=_count(voice & out & (hour < NIGHT_ENDS_H)),
        call_toll_s=_total(voice & out & (nw.col("zone") == "national"), seconds),
        night_event_count=_count((hour >= LATE_H[0]) | (hour < LATE_H[1])),
        abroad_count=_count(nw.col("zone").is_in(ABROAD)),
        sms_out_count=_count(sms & out),
        data_bytes=nw.col("volume_bytes").fill_null(0).sum(),
        charge_fen=nw.col("charge_fen").sum(),
        own_event_count=_count(~into),
        event_count=nw.len(),
        active_days=nw.col("own_day").n_unique(),
        any_late=nw.col("late").max(),
        last_event_at=nw.col("started_at").max(),
    )
    return counts.with_columns(active_days=nw.col("active_days") - nw.col("any_late")).drop("any_late")


def edges(cdr: Any) -> Any:
    """Give who called or texted whom: one row per customer and partner of a month."""
    personal = cdr.filter(nw.col("kind") != "data", ~nw.col("other_pseudonym").is_null())
    return personal.group_by("pseudonym", "other_pseudonym").agg(
        off_net=_count(nw.col("other_operator") != "CM"), event_count=nw.len()
    )


def circle_month(edge: Any, customer: Any, since: Any) -> Any:
    """Aggregate the circle: one row per customer with at least one partner.

    Parameters
    ----------
    edge : narwhals lazy frame
        What `edges` gives.
    customer : narwhals lazy frame
        Unit 01002 at the end of the same month: tells which partners are customers, and which of them left.
    since : date
        Departures from this day on count.
    """
    left = nw.col("status").is_in(LEFT_STATUS) & (nw.col("status_date") >= since)
    partner = customer.select(other_pseudonym="number_pseudonym", known=nw.lit(1), left=left.cast(nw.Int64))
    joined = edge.join(partner, on="other_pseudonym", how="left")
    events, off_net = nw.col("event_count"), nw.col("off_net") > 0
    counts = joined.group_by("pseudonym").agg(
        partner_count=nw.len(),
        partner_off_net_count=_count(off_net),
        circle_count=nw.col("known").fill_null(0).sum(),
        circle_left_count=nw.col("left").fill_null(0).sum(),
        same_partner_pairs=_pairs(events).sum(),
        on_net=_total(~off_net, events),
        elsewhere=_total(off_net, events),
    )
    return counts.with_columns(event_pairs=_pairs(nw.col("on_net")) + _pairs(nw.col("elsewhere"))).drop(
        "on_net", "elsewhere"
    )


def _pairs(count: Any) -> Any:
    """Give twice the number of pairs among so many events: with those of one partner, the chance of the same one."""
    return count * (count - 1)


def bill_month(bill_item: Any) -> Any:
    """Aggregate bill items (03004): one row per customer and month billed; amounts in fen.

    The specification's first-level accounts are the first two digits of ``fee_item``.
    """
    receivable, account = nw.col("receivable_fen"), nw.col("fee_item").str.slice(0, 2)
    return bill_item.group_by("pseudonym").agg(
        receivable_fen=receivable.sum(),
        discount_fen=nw.col("discount_fen").sum(),
        fixed_fen=_total(account == "01", receivable),
        voice_fen=_total(account.is_in(["02", "03", "04"]), receivable),
        message_data_fen=_total(account == "06", receivable),
    )


def _count(condition: Any) -> Any:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def _total(condition: Any, value: Any) -> Any:
    return nw.when(condition).then(value.fill_null(0)).otherwise(nw.lit(0)).sum()


def build(workspace: Workspace, month: str) -> list[str]:
    """Write the aggregates of a month where they are missing, or a unit was restated; the old ones stay beside them.

    Returns
    -------
    list of str
        Names of the tables written; empty if all were there.
    """
    written = []
    with Engine(workspace.warehouse) as engine:
        for name, sources in SOURCES.items():
            found = [paths(workspace, source, [month]) for source in sources]
            if not all(found):
                continue
            rr = sum(version(one[0])[1] for one in found)
            target = partition(workspace, name, month) / part_name(month, rr)
            if target.exists():
                continue
            frame = _frame(name, [engine.scan(one) for one in found], month)
            write_table(engine.collect(frame, ["pseudonym"]), target, [])
            written.append(name)
    return written


def _frame(name: str, sources: list, month: str) -> Any:
    if name == "usage_month":
        return usage_month(sources[0], months.first_day(month))
    if name == "bill_month":
        return bill_month(sources[0])
    return circle_month(edges(sources[0]), sources[1], months.first_day(months.add(month, -2)))
