"""`bassboss boss respond`: what BOSS does in the month after M was delivered, and what it answers.

It reads our lists, writes receipts, works the tasks in their order while it lives that month, and sends feedback with
what is known at the month's end. Everything it has decided is kept below ``boss/``, so a run that was killed can be
repeated, and one that was whole finds nothing left to do.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bassboss_lib import engine, months
from bassboss_lib.boss import history, identity, reference
from bassboss_lib.boss.contact import desk, misdeeds
from bassboss_lib.boss.contact.feedback import MONTHS_KNOWN, Past, feedback
from bassboss_lib.boss.contact.outcomes import outcomes
from bassboss_lib.boss.contact.reading import LISTS, Desk, judge, waiting
from bassboss_lib.boss.contact.receipts import receipts
from bassboss_lib.boss.contact_terms import Manners
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import State, month_index
from bassboss_lib.boss.world import World, read_world
from bassboss_lib.errors import CallError
from bassboss_lib.exchange.disk import on_disk, place
from bassboss_lib.workspace import Workspace

__all__ = ["Response", "respond"]

PURPOSES = {"retention": ("all", "marketing"), "care": ("all", "marketing"), "survey": ("all", "survey")}


@dataclass
class Response:
    """What BOSS did: lists by stem with their codes, rows refused, tasks worked, and the files it sent."""

    lists: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    tasks: int = 0
    files: list[Path] = field(default_factory=list)

    def line(self) -> str:
        """Give the outcome in one line.

        Examples
        --------
        >>> Response({"i_10000_202610_31001_00": "00"}, 2, 98).line()
        '1 lists read (1 taken), 2 rows refused, 98 tasks on the desk, 0 files sent'
        """
        taken = sum(code == "00" for code in self.lists.values())
        parts = [f"{len(self.lists)} lists read ({taken} taken)", f"{self.refused:,} rows refused"]
        return ", ".join([*parts, f"{self.tasks:,} tasks on the desk", f"{len(self.files)} files sent"])


def respond(workspace: Workspace, month: str, *, personality: str = "prompt", world: World | None = None) -> Response:
    """Act on our lists after a month's delivery, live the month that follows, and answer into the inbox.

    Parameters
    ----------
    workspace : Workspace
        Its outbox is read, its inbox gets the answers, its ``boss`` folder keeps what was decided.
    month : str
        ``YYYYMM``, delivered; the month after it is lived with our lists as its tasks. If that month is lived already,
        the lists wait for the next one that is not.
    personality : {"prompt", "sloppy", "hostile"}
        How reliably BOSS answers (``contact.yaml``).
    world : World, optional
        Parameters; default the shipped ones.

    Raises
    ------
    CallError
        If the month has not been delivered.
    DiskFailed
        If the disk refuses.
    """
    world = world or read_world()
    current = history.state_of(workspace, months.require(month))
    manners = _manners(world, personality)
    report, sent = Response(), _Sent(workspace, month)
    _read_lists(workspace, world, current, month, report)
    for name, data in _receipts(workspace, world, month, manners).items():
        sent.file(name, data, report)
    worked = months.add(month, 1)
    _fill_desk(workspace, world, current, worked, report)
    history.live(workspace, world, worked, None, None)
    _send_feedback(workspace, world, worked, manners, (sent, report))
    return report


def _manners(world: World, personality: str) -> Manners:
    for name, manners in world.contact.personalities.items():
        if name == personality:
            return manners
    known = ", ".join(world.contact.personalities)
    raise CallError(f"no personality is called {personality!r}", where="personality", remedy=f"one of: {known}")


class _Sent:
    """What was sent in answer to a month, remembered file by file, so that nothing is sent twice."""

    def __init__(self, workspace: Workspace, month: str) -> None:
        self.path = workspace.boss / "answers" / f"month={month}.json"
        self.inbox = workspace.inbox
        self.names: list[str] = json.loads(self.path.read_text()) if self.path.exists() else []

    def has(self, name: str) -> bool:
        return name in self.names

    def note(self, name: str) -> None:
        self.names.append(name)
        with on_disk("boss/answers"):
            place(self.path, (json.dumps(self.names, indent=1) + "\n").encode())

    def file(self, name: str, data: bytes, report: Response) -> None:
        if not self.has(name):
            with on_disk("inbox"):
                place(self.inbox / name, data)
            self.note(name)
            report.files.append(self.inbox / name)


def _read_lists(workspace: Workspace, world: World, current: State, month: str, report: Response) -> None:
    """Judge the lists that have not been judged, and keep verdicts and tasks."""
    known = {one["stem"]: one["sha256"] for one in desk.verdicts(workspace)}
    fresh = [stem for stem in waiting(workspace.outbox) if known.get(stem) != _sha256(workspace.outbox, stem)]
    if not fresh:
        return
    here = _desk(workspace, current, month)
    for stem in fresh:
        judged = judge(workspace.outbox, stem, here)
        report.lists[stem] = max(judged.codes.values())
        report.refused += len(judged.refused)
        if stem not in here.taken:
            made = desk.tasks(world, judged, here.serials, int(current.header["seed"]))
            desk.keep(workspace, judged, month, made)


def _desk(workspace: Workspace, current: State, month: str) -> Desk:
    serial = current.people["serial"]
    ids = identity.customer_ids(serial).tolist()
    numbers = identity.msisdns(serial).astype(str).tolist()
    end = months.last_day(months.add(month, 1))
    out = reference.do_not_contact(current, _created(f"{month}").date() + timedelta(days=1))
    scopes = list(zip(out["customer_id"].to_pylist(), out["scope"].to_pylist(), strict=True))
    forbidden = {kind: frozenset(one for one, scope in scopes if scope in PURPOSES[kind]) for kind in LISTS.values()}
    taken = {one["stem"]: one["sha256"] for one in desk.verdicts(workspace) if one["accepted"]}
    known = dict(zip(ids, serial.tolist(), strict=True))
    today = f"{end:%Y%m%d}"
    return Desk(workspace.settings.province, today, known, dict(zip(ids, numbers, strict=True)), forbidden, taken)


def _receipts(workspace: Workspace, world: World, month: str, manners: Manners) -> Mapping[str, bytes]:
    """Give the receipts of the lists judged in this month, and what was late of those of the month before."""
    terms = world.contact
    found: dict[str, bytes] = {}
    for verdict in desk.verdicts(workspace):
        ago = month_index(month) - month_index(verdict["month"])
        if ago in (0, 1):
            draws = Draws(0, month_index(verdict["month"]), Purpose.CONTACT)
            found |= receipts(terms, manners, verdict, draws, again=ago == 1)
    return found


def _fill_desk(workspace: Workspace, world: World, current: State, worked: str, report: Response) -> None:
    """Write the tasks of the next month that is not lived, in their order and under its capacity."""
    lived = history.lived(workspace)
    target = worked if worked not in lived else months.add(lived[-1], 1)
    waits = desk.pending(workspace)
    report.tasks = waits.num_rows
    path = desk.orders_path(workspace, target)
    if waits.num_rows or path.exists():
        orders = desk.schedule(world, waits, target, int(current.header["customers"]))
        engine.write_table(orders, path, [])


def _send_feedback(
    workspace: Workspace, world: World, month: str, manners: Manners, notes: tuple["_Sent", Response]
) -> None:
    """Send the feedback of a month, unless it was sent."""
    (sent, report), past = notes, _past(workspace, world, month)
    seed = past.states[month].origin.seed
    for (name, period), rows in feedback(world.contact, manners, past, month, seed).items():
        if not sent.has(f"{name} {period}"):
            draws = Draws(seed, month_index(month), Purpose.CONTACT)
            letter = misdeeds.Letter(name, period, rows, _created(period))
            report.files += misdeeds.send(workspace, letter, manners, draws)
            sent.note(f"{name} {period}")


def _past(workspace: Workspace, world: World, month: str) -> Past:
    """Gather states and outcomes of a month and the two before; outcomes are made once and kept."""
    lived = history.lived(workspace)
    span = [one for one in months.span(months.add(month, 1 - MONTHS_KNOWN), month) if one in lived]
    found: dict[str, pa.Table] = {}
    for one in span:
        path = desk.orders_path(workspace, one).with_name("outcomes.parquet")
        orders = history.orders_of(workspace, one)
        if orders is None or not orders.num_rows:
            continue
        if not path.exists():
            before = history.state_of(workspace, months.add(one, -1))
            engine.write_table(outcomes(world, before, history.state_of(workspace, one), orders), path, [])
        found[one] = pq.read_table(path, partitioning=None)
    return Past(found, {one: history.state_of(workspace, one) for one in span})


def _created(period: str) -> datetime:
    """Give the time at which BOSS builds a file: the third of the next month, or the morning after the day."""
    if len(period) == 8:
        return datetime.strptime(period, "%Y%m%d") + timedelta(days=1, hours=1)
    after = months.first_day(months.add(period, 1))
    return datetime(after.year, after.month, 3, 4)


def _sha256(outbox: Path, stem: str) -> str:
    from hashlib import sha256

    try:
        return sha256((outbox / f"{stem}.verf").read_bytes()).hexdigest()
    except OSError:
        return ""
