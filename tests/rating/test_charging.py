import numpy as np
import pytest

from bassboss_lib.errors import InputRefused
from bassboss_lib.rating import (
    FEE_ITEMS,
    ExpectedUse,
    Subscriptions,
    bill_items,
    charge_events,
    compile_plans,
    expected_bill,
    read_catalogue,
)
from bassboss_lib.rating.classes import class_of
from tests.rating.test_direct import SHIPPED
from tests.rating.test_levels import BUNDLE, CALLS, small

COMPILED = compile_plans(read_catalogue(SHIPPED))
PLACE = {plan.id: place for place, plan in enumerate(COMPILED.catalogue.plans)}
START_S = int(np.datetime64("2026-10-12T10:00:00", "s").astype(np.int64))
MB = 1 << 20


def events(*rows: tuple) -> dict[str, np.ndarray]:
    """Make columns of (owner, kind, outgoing, zone, on-net, seconds, bytes), a minute apart."""
    names = ("owner", "kind", "outgoing", "zone", "on_net", "duration_s", "volume_bytes")
    columns = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    return columns | {"started_s": START_S + 60 * np.arange(len(rows))}


def test_charges_and_fee_items_of_events() -> None:
    plan_of_owner = np.array([PLACE["S018"], PLACE["G058"]])
    made = charge_events(
        COMPILED,
        plan_of_owner,
        **events(
            (0, 0, True, 0, True, 15 * 60, 0),  # the bundle
            (0, 0, True, 0, True, 61, 0),
            (0, 0, True, 1, False, 60, 0),
            (0, 0, True, 2, False, 60, 0),
            (0, 0, True, 3, False, 60, 0),
            (0, 0, False, 0, True, 600, 0),
            (0, 1, True, 0, True, 0, 0),
            (1, 2, True, 0, False, 0, 2560 * MB),
            (1, 2, True, 0, False, 0, 1),
        ),
    )
    assert made.charge_fen.tolist() == [0, 84, 42, 99, 39, 0, 10, 0, 3]
    told = [FEE_ITEMS[place] for place in made.item]
    assert told == ["0401", "0401", "0301", "0301", "0201", "0401", "0601", "0633", "0633"]
    assert made.use_fen.tolist() == [274, 3]
    assert bill_items(COMPILED, plan_of_owner, made).total_fen.tolist() == [1800 + 274, 5800 + 3]


def test_blocks_of_owners_charged_apart_give_the_same() -> None:
    rows = [(owner, 0, True, 0, True, 100 + owner, 0) for owner in range(6) for _ in range(9)]
    plans = np.arange(6)
    whole = charge_events(COMPILED, plans, **events(*rows)).charge_fen
    columns = events(*rows)
    parts = [{name: column[start:end] for name, column in columns.items()} for start, end in ((0, 27), (27, 54))]
    assert (
        np.concatenate([charge_events(COMPILED, plans, **one).charge_fen for one in parts]).tolist() == whole.tolist()
    )


def test_what_came_late_is_charged_in_the_month_it_came_in() -> None:
    columns = events((0, 0, True, 0, True, 15 * 60, 0), (0, 0, True, 0, True, 61, 0), (0, 0, True, 0, True, 61, 0))
    columns["started_s"] = columns["started_s"] - 20 * 86_400 * np.array([1, 0, 0])
    plans, october = np.array([PLACE["S018"]]), np.full(3, 12 * 2026 + 9)
    assert charge_events(COMPILED, plans, **columns).charge_fen.tolist() == [0, 0, 0]
    late = charge_events(COMPILED, plans, **columns, month=october)
    assert (late.charge_fen.tolist(), late.rows.month.tolist()) == ([0, 84, 84], [12 * 2026 + 9])


def test_members_of_a_group_use_up_one_bundle() -> None:
    rows = [(0, 0, True, 0, True, 200 * 60, 0), (0, 0, True, 0, True, 100 * 60, 0), (0, 0, True, 0, True, 60, 0)]
    plans, member = np.array([PLACE["F129"]]), np.array([0, 1, 0])
    days = np.array([31])
    billed = Subscriptions(np.array([0]), np.array([12 * 2026 + 9]), days, np.array([2]), 2 * days)
    made = charge_events(COMPILED, plans, **events(*rows), rows=billed, member=member)
    assert made.charge_fen.tolist() == [0, 0, 30]
    assert bill_items(COMPILED, plans, made).total_fen.tolist() == [12_900 + 2 * 1_500 + 30]


def test_a_plan_rated_by_group_is_not_charged_by_customer() -> None:
    group = compile_plans(small({"id": "A", "scope": "group", "rates": [CALLS], "allowances": [BUNDLE]}))
    with pytest.raises(InputRefused, match="plan A is rated by group"):
        charge_events(group, np.array([0]), **events((0, 0, True, 0, True, 60, 0)))


@pytest.mark.parametrize(
    ("cdr", "flags", "wanted"),
    [
        (("voice", "mo", "local"), {"on_net": True}, "v.local.on"),
        (("voice", "mo", "local"), {"on_net": False}, "v.local.off"),
        (("voice", "mo", "national"), {}, "v.nat"),
        (("voice", "mo", "international"), {}, "v.intl"),
        (("voice", "mo", "roaming"), {}, "v.roam"),
        (("voice", "mt", "roaming"), {}, "v.in"),
        (("sms", "mt", "local"), {}, "sms.in"),
        (("data", "mo", "national"), {}, "d.dom"),
        (("data", "mo", "roaming"), {}, "d.roam"),
    ],
)
def test_call_records_find_their_class(cdr: tuple, flags: dict, wanted: str) -> None:
    assert class_of(COMPILED.catalogue.header.classes, *cdr, **flags) == wanted


def test_expected_bills_are_near_the_real_ones() -> None:
    chance = np.random.default_rng(7)
    rows = [(owner, 0, True, 0, True, int(s), 0) for owner in range(60) for s in chance.exponential(130, 40)]
    use = {"v.local.on": ExpectedUse(np.array([130.0 * 40]), np.array([40.0]))}
    expected = expected_bill(COMPILED, use)[0]
    for place in (place for name, place in PLACE.items() if COMPILED.catalogue.plan(name).scope == "customer"):
        plans = np.full(60, place)
        made = charge_events(COMPILED, plans, **events(*rows))
        real = bill_items(COMPILED, plans, made).total_fen.mean()
        assert abs(expected[place] - real) < 0.15 * real
