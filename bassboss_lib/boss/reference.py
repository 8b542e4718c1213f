"""What the stand-in BOSS delivers beside its customers' months: reference data, and who must not be contacted.

Reference data (channels, partners, terminals) come with every month. The do-not-contact list is of a day: it goes by
the run's clock, and a new version for the same day takes the next resend number once BASS has picked the last one up.
"""

import json
from datetime import date, datetime, time
from pathlib import Path

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss import identity, terminals
from bassboss_lib.boss.state import State, month_text
from bassboss_lib.boss.world import World
from bassboss_lib.contracts import to_text, typed_schema, unit
from bassboss_lib.contracts.text import content_sha256
from bassboss_lib.exchange import Stem, write_delivery
from bassboss_lib.workspace import Workspace

__all__ = ["channel", "deliver_do_not_contact", "do_not_contact", "partner", "terminal"]

CHANNELS = {
    "hall": "自有营业厅",
    "agent": "代理商",
    "electronic": "电子渠道",
    "manager": "客户经理",
    "hotline": "客服热线",
}
PARTNERS = {"sp": "增值服务商", "cp": "内容提供商", "agent": "代理企业", "terminal": "终端厂商"}
SPREAD, OPTED_OUT_IN_1000 = 2_654_435_761, 10
DELAY_DAYS = 400


def channel() -> pa.Table:
    """Render the unit ``channel``: one row per channel; customers' ``join_channel`` refers to it."""
    rows = [{"channel_id": one, "name": name, "kind": one, "region": None} for one, name in CHANNELS.items()]
    return pa.Table.from_pylist(rows, schema=typed_schema(unit("channel")))


def partner(world: World) -> pa.Table:
    """Render the unit ``partner``: one row per partner, four in every city."""
    rows = [
        {"partner_id": f"P{10 * place + number:04d}", "name": f"{city}{name}", "kind": kind, "region": city}
        for place, city in enumerate(world.place.cities)
        for number, (kind, name) in enumerate(PARTNERS.items())
    ]
    return pa.Table.from_pylist(rows, schema=typed_schema(unit("partner")))


def terminal(world: World, month: str) -> pa.Table:
    """Render the unit ``terminal``: one row per model launched by ``month``."""
    rows = [
        {
            "terminal_tac": terminals.tac(model),
            "brand": terminals.maker(world, model),
            "model": f"M{model:03d}",
            "generation": terminals.generation(world, model),
            "launched_on": months.first_day(month_text(terminals.launch_month(world, model))),
            "price_band": str(model % terminals.BANDS + 1),
        }
        for model in range((terminals.newest_launch(world, month) + 1) * terminals.BANDS)
    ]
    return pa.Table.from_pylist(rows, schema=typed_schema(unit("terminal")))


def do_not_contact(state: State, day: date) -> pa.Table:
    """Render the unit ``do_not_contact``: one row per customer who opted out by a day, ordered by customer.

    About one customer in a hundred opts out at some time; who and when depends on the world's seed and the customer
    alone, so the list only grows.
    """
    serial = state.people["serial"].astype(np.uint64)
    drawn = (serial * np.uint64(SPREAD) + np.uint64(int(state.header["seed"]))) % np.uint64(2**32) >> np.uint64(8)
    since = state.people["join_day"] + (drawn // np.uint64(1000)).astype(np.int64) % DELAY_DAYS
    today = int(np.datetime64(day, "D").astype(int))
    out = (drawn % np.uint64(1000) < OPTED_OUT_IN_1000) & (since <= today) & state.active
    scopes = np.array(["all", "marketing", "survey"])[(drawn[out] // np.uint64(7) % np.uint64(3)).astype(int)]
    columns = {
        "customer_id": identity.customer_ids(state.people["serial"][out]),
        "since": since[out].astype("datetime64[D]"),
        "scope": scopes,
    }
    return pa.table(columns, schema=typed_schema(unit("do_not_contact"))).sort_by("customer_id")


def deliver_do_not_contact(workspace: Workspace, state: State) -> list[Path]:
    """Write the do-not-contact list for the day of the clock into the inbox; the same content keeps its number."""
    what, day = unit("do_not_contact"), workspace.now.date()
    table = do_not_contact(state, day)
    period, province = f"{day:%Y%m%d}", workspace.settings.province
    memory = workspace.boss / "do_not_contact.json"
    sent: dict = json.loads(memory.read_text()) if memory.exists() else {}
    sha256 = content_sha256(to_text(what, table))
    rr = _number(workspace, what.modes[0], period, sent.get(period), sha256)
    memory.write_text(json.dumps(sent | {period: {"rr": rr, "sha256": sha256}}, indent=1) + "\n")
    created = datetime.combine(day, time())
    return write_delivery(workspace.inbox, what, period, table, province=province, created=created, rr=rr)


def _number(workspace: Workspace, mode: str, period: str, last: dict | None, sha256: str) -> int:
    """Give the resend number: the last one while its files wait in the inbox or say the same, else the next."""
    if last is None:
        return 0
    stem = Stem(mode, workspace.settings.province, period, unit("do_not_contact").code, last["rr"])
    waiting = (workspace.inbox / stem.verification).exists()
    return int(last["rr"]) if waiting or last["sha256"] == sha256 else int(last["rr"]) + 1
