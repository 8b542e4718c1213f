"""The megaline case: every user-month under both plans against its printed rules, calculated here with pandas alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.rating import compile_plans, make_usage, read_catalogue
from bassboss_lib.rating.direct import rate_direct
from bassboss_lib.rating.many import levels_of, rate_many
from bassboss_lib.rating.totals import compress
from bassboss_lib.rating.usage import Usage, chronological

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "megaline"
RULES = {"surf": (2000, 500, 50, 15, 3, 3, 1000), "ultimate": (7000, 3000, 1000, 30, 1, 1, 700)}
CODES = {"calls": 0, "messages": 64, "internet": 128}
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the public data set is not here")


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    parts = []
    for name, day, size in (
        ("calls", "call_date", "duration"),
        ("messages", "message_date", None),
        ("internet", "session_date", "mb_used"),
    ):
        table = pd.read_csv(DATA / f"megaline_{name}.csv")
        table[day] = pd.to_datetime(table[day], format="%d/%m/%Y")
        hundredths = 100 if size is None else (table[size] * 100).round().astype("int64")
        parts.append(
            pd.DataFrame({"user": table["user_id"], "day": table[day], "hundredths": hundredths, "kind": name})
        )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def usage(events: pd.DataFrame) -> Usage:
    hundredths = events["hundredths"].to_numpy()
    units = np.select(
        [events["kind"] == "calls", events["kind"] == "messages"],
        [-(-hundredths * 60 // 100), 1],
        hundredths * (1 << 20) // 100,
    )
    owner = events["user"].to_numpy()
    started_s = events["day"].astype("datetime64[s]").astype("int64").to_numpy()
    order = chronological(owner, started_s)
    code = events["kind"].map(CODES).to_numpy()
    return make_usage(owner[order], started_s[order], code[order], units[order])


def printed(events: pd.DataFrame, plan: str) -> pd.Series:
    """Calculate bills in cents as the rules say: minutes by call, gigabytes by month."""
    fee, minutes, messages, gigabytes, per_minute, per_message, per_gigabyte = RULES[plan]
    whole = events.assign(minutes=-(-events["hundredths"] // 100), month=events["day"].dt.to_period("M"))
    by = whole.groupby(["user", "month", "kind"])
    totals = pd.DataFrame({"minutes": by["minutes"].sum(), "events": by.size(), "mb": by["hundredths"].sum()}).unstack()
    calls = totals["minutes"]["calls"].fillna(0)
    texts = totals["events"]["messages"].fillna(0)
    data = -(-totals["mb"]["internet"].fillna(0) // 102_400)
    return (
        fee
        + (calls - minutes).clip(lower=0) * per_minute
        + (texts - messages).clip(lower=0) * per_message
        + (data - gigabytes).clip(lower=0) * per_gigabyte
    ).astype("int64")


def test_every_user_month_costs_what_the_printed_rules_say(events: pd.DataFrame, usage: Usage) -> None:
    compiled = compile_plans(read_catalogue(Path(__file__).with_name("megaline.yaml")))
    assert levels_of(compiled) == {"surf": "L0", "ultimate": "L0"}
    bills = rate_many(compress(compiled, usage))
    assert len(usage) == 2293
    for place, plan in enumerate(RULES):
        wanted = printed(events, plan)
        assert [user for user, _ in wanted.index] == usage.rows.owner.tolist()
        assert bills[place].tolist() == wanted.tolist()
        direct = rate_direct(compiled, usage, np.full(len(usage), place)).cost_fen.sum(axis=1) + RULES[plan][0]
        assert direct.tolist() == wanted.tolist()


def test_the_revenue_of_own_plans_agrees(events: pd.DataFrame, usage: Usage) -> None:
    own = pd.read_csv(DATA / "megaline_users.csv").set_index("user_id")["tariff"]
    compiled = compile_plans(read_catalogue(Path(__file__).with_name("megaline.yaml")))
    bills = rate_many(compress(compiled, usage))
    place = own.map({"surf": 0, "ultimate": 1}).loc[usage.rows.owner].to_numpy()
    ours = bills[place, np.arange(len(usage))].sum()
    theirs = sum(
        printed(events, plan)[own.loc[printed(events, plan).index.get_level_values(0)].to_numpy() == plan].sum()
        for plan in RULES
    )
    assert ours == theirs
