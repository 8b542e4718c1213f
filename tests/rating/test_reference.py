"""What a plan means, case by case: literal calls in, literal fen out. The fast engine gives the same at once."""

from typing import Any

import numpy as np
import pytest

from bassboss_lib.rating import Subscriptions, compile_plans, make_usage
from bassboss_lib.rating.bills import close_bills, month_days
from bassboss_lib.rating.direct import rate_direct
from bassboss_lib.rating.itemised import explain_bill
from bassboss_lib.rating.pricelist import check_catalogue
from bassboss_lib.rating.usage import month_index

CLASSES = {
    "calls": {"service": "voice", "dir": "mo"},
    "in": {"service": "voice", "dir": "mt"},
    "sms": {"service": "sms"},
    "data": {"service": "data"},
}
CODES = {"calls": 32, "in": 0, "sms": 64, "data": 128}
TIMINGS = {"night": {"from": "21:00", "to": "08:00"}, "free": {"weekdays": [6, 7], "holidays": "CN"}}
MB, GB = 1 << 20, 1 << 30


def bill(
    plan: dict, *calls: tuple, month: str = "202610", days: int | None = None, members: int = 1, **conventions: Any
) -> tuple[list[int], int]:
    """Rate (class, start, units) under a plan by both engines; give charges and bill once they agree."""
    chosen = {"band_by": "start", "month_by": "start", "allowance": "after_increment", "zero_duration": "free"}
    chosen |= {"rounding": {"per": "call", "to": "0.01", "mode": "half_up"}} | conventions
    tax = chosen.pop("tax", {"mode": "inclusive"})
    head = {"id": "x", "currency": "CNY", "tz": "Asia/Shanghai", "conventions": chosen, "tax": tax}
    head |= {"timings": TIMINGS, "classes": CLASSES}
    catalogue = check_catalogue(
        {"catalogue": head, "plans": [{"id": "P", "rates": [{"of": ["in"], "price": "0"}]} | plan]}, "x"
    )
    compiled = compile_plans(catalogue)
    number = np.array([month_index(month)])
    active = month_days(number) if days is None else np.array([days])
    rows = Subscriptions(np.array([0]), number, active, np.array([members]), active * members)
    at = np.array([np.datetime64(start, "s").astype(np.int64) for _, start, *_ in calls], dtype=np.int64)
    code = np.array([CODES[name] for name, *_ in calls], dtype=np.int16)
    units = np.array([count for _, _, count, *_ in calls], dtype=np.int64)
    member = np.array([rest[0] if rest else 0 for _, _, _, *rest in calls], dtype=np.int16)
    usage = make_usage(np.zeros(len(at), np.int64), at, code, units, member=member, rows=rows)
    rated = rate_direct(compiled, usage, np.array([0]))
    closed = close_bills(compiled, rows, np.array([0]), rated.cost_fen.sum(axis=1))
    told = explain_bill(compiled, usage, "P", 0)
    assert told.charges == rated.charge_fen.tolist()
    assert told.total_fen == closed.total_fen[0] == sum(line.amount_fen for line in told.lines)
    return told.charges, told.total_fen


def calls_of(*units: int, name: str = "calls") -> list[tuple]:
    return [(name, f"2026-10-12T10:{minute:02d}:00", count) for minute, count in enumerate(units)]


def plain(increment: list, price: str = "0.60", per: str = "60s") -> dict:
    return {"rates": [{"of": ["calls"], "price": price, "per": per, "increment": increment}]}


@pytest.mark.parametrize(
    ("increment", "units", "fen"),
    [
        ([60, 60], [0, 1, 59, 60, 61], [0, 60, 60, 60, 120]),
        ([60, 1], [0, 1, 59, 60, 61], [0, 60, 60, 60, 61]),
        ([60, 6], [1, 60, 61], [60, 60, 66]),
        ([6, 6], [1, 59, 60, 61], [6, 60, 60, 66]),
        ([30, 6], [32, 57, 75], [36, 60, 78]),
        ([60, 60], [32_768, 90_000], [547 * 60, 1500 * 60]),
    ],
)
def test_increments(increment: list, units: list[int], fen: list[int]) -> None:
    assert bill(plain(increment), *calls_of(*units))[0] == fen


def test_calls_of_no_length_may_cost_the_first_increment() -> None:
    assert bill(plain([60, 60]), *calls_of(0), zero_duration="first_increment")[0] == [60]


@pytest.mark.parametrize(("kilo", "fen"), [(1024, [0, 3, 3, 6, 3]), (1000, [0, 3, 6, 6, 3])])
def test_data_by_the_megabyte(kilo: int, fen: list[int]) -> None:
    plan = {"rates": [{"of": ["data"], "price": "0.03", "per": "1MB", "increment": ["1MB", "1MB"]}]}
    assert bill(plan, *calls_of(0, 1024, MB, MB + 1, MB - 50_000, name="data"), kilo=kilo)[0] == fen


def test_a_call_has_the_price_of_its_start_to_the_second() -> None:
    night = {"of": ["calls"], "price": "0.10", "per": "60s", "increment": [60, 60], "when": ["night"], "weight": 20}
    plan = {"rates": [*plain([60, 60])["rates"], night]}
    times = [
        "2026-10-12T07:59:59",
        "2026-10-12T08:00:00",
        "2026-10-12T20:59:59",
        "2026-10-12T21:00:00",
        "2026-10-12T23:59:59",
    ]
    assert bill(plan, *[("calls", at, 120) for at in times])[0] == [20, 120, 120, 20, 20]


def test_a_split_call_runs_its_increments_on_across_the_boundary() -> None:
    night = {"of": ["calls"], "price": "0.06", "per": "60s", "increment": [60, 60], "when": ["night"], "weight": 20}
    plan = {"rates": [*plain([60, 60])["rates"], night]}
    # 20:59:30, 61 s are 120 s: 30 s at a fen a second, 90 s at a tenth of one.
    assert bill(plan, ("calls", "2026-10-12T20:59:30", 61), band_by="split")[0] == [30 + 9]


def test_holidays_are_off_and_exchanged_weekends_are_not() -> None:
    free = {"of": ["calls"], "price": "0", "when": ["free"], "weight": 20}
    plan = {"rates": [*plain([60, 60])["rates"], free]}
    days = {
        "2026-10-01": 0,
        "2026-10-09": 60,
        "2026-10-10": 60,
        "2026-10-11": 0,
    }  # holiday, Friday, worked Saturday, Sunday
    assert bill(plan, *[("calls", f"{day}T12:00:00", 60) for day in days])[0] == list(days.values())


def bundled(units: str, **more: Any) -> dict:
    return {"allowances": [{"id": "min", "units": units, "of": ["calls"], **more}]}


def test_a_bundle_is_used_up_in_time_and_its_end_may_lie_in_a_call() -> None:
    plan = plain([60, 60]) | bundled("3min")
    assert bill(plan, *calls_of(61, 60, 61))[0] == [0, 0, 120]
    assert bill(plan, *calls_of(61, 61, 60))[0] == [0, 60, 60]
    assert bill(plan, *calls_of(180))[0] == [0]
    assert bill(plain([60, 60]) | bundled("0min"), *calls_of(60))[0] == [60]


def test_a_bundle_debited_raw_leaves_the_rest_to_be_rounded() -> None:
    assert bill(plain([60, 60]) | bundled("95s"), *calls_of(61, 61), allowance="raw")[0] == [0, 60]
    assert bill(plain([60, 60]) | bundled("95s"), *calls_of(61, 61))[0] == [25, 120]


def test_the_connection_is_paid_with_the_first_unit_beyond_the_bundle() -> None:
    plan = plain([60, 60]) | bundled("2min")
    plan["rates"][0]["connect"] = "0.05"
    assert bill(plan, *calls_of(60, 120, 60))[0] == [0, 65, 65]


def test_where_classes_have_different_prices_the_order_of_calls_counts() -> None:
    plan = {
        "rates": [*plain([60, 60])["rates"], {"of": ["in"], "price": "0.06", "per": "60s", "increment": [60, 60]}],
        "allowances": [{"id": "min", "units": "1min", "of": ["calls", "in"]}],
    }
    first, second = ("calls", "2026-10-12T10:00:00", 60), ("in", "2026-10-12T11:00:00", 60)
    assert bill(plan, first, second)[1] == 6
    assert bill(plan, ("in", "2026-10-12T10:00:00", 60), ("calls", "2026-10-12T11:00:00", 60))[1] == 60


def test_the_lower_priority_number_is_used_first() -> None:
    rates = [*plain([60, 60])["rates"], {"of": ["in"], "price": "0.60", "per": "60s", "increment": [60, 60]}]
    own = {"id": "own", "units": "1min", "of": ["calls"]}
    both = {"id": "both", "units": "1min", "of": ["calls", "in"]}
    use = [("calls", "2026-10-12T10:00:00", 60), ("in", "2026-10-12T11:00:00", 60)]
    assert bill({"rates": rates, "allowances": [own | {"priority": 1}, both | {"priority": 2}]}, *use)[1] == 0
    assert bill({"rates": rates, "allowances": [own | {"priority": 2}, both | {"priority": 1}]}, *use)[1] == 60


def test_steps_within_a_call() -> None:
    tiers = [
        {"to": 180, "price": "0.22", "per": "180s", "increment": [180, 180]},
        {"price": "0.11", "per": "60s", "increment": [60, 60]},
    ]
    plan = {"rates": [{"of": ["calls"], "steps": {"on": "call"}, "tiers": tiers}]}
    assert bill(plan, *calls_of(1, 180, 181, 241))[0] == [22, 22, 33, 44]


@pytest.mark.parametrize(
    ("size", "fen"),
    [(166 * MB + 700_000, 500), (GB, 500), (GB + MB, 503), (2 * GB, 1000), (3 * GB, 1500), (3 * GB + 101 * MB, 1800)],
)
def test_jump_blocks_of_data(size: int, fen: int) -> None:
    block = {"size": "1GB", "cap": "5.00"}
    tiers = [
        {"to": "3GB", "price": "0.03", "per": "1MB", "block": block},
        {"price": "0.03", "per": "1MB", "block": block | {"cap": "3.00"}},
    ]
    plan = {"rates": [{"of": ["data"], "steps": {"on": "month_overage"}, "tiers": tiers}]}
    assert bill(plan, *calls_of(size, name="data"))[1] == fen


@pytest.mark.parametrize(("policy", "fen"), [("graduated", [100, 200, 205, 250]), ("volume", [100, 200, 105, 150])])
def test_tiers_of_the_month_at_and_around_a_knot(policy: str, fen: list[int]) -> None:
    tiers = [{"to": 20, "price": "0.10"}, {"price": "0.05"}]
    plan = {"rates": [{"of": ["sms"], "steps": {"on": "month", "policy": policy}, "tiers": tiers}]}
    made = [bill(plan, *calls_of(*[1] * count, name="sms"))[1] for count in (10, 20, 21, 30)]
    assert made == fen  # with volume more messages may cost less


def test_caps_by_call_day_and_month() -> None:
    plan = plain([60, 60])
    plan["rates"][0] |= {"max_per_call": "1.50"}
    assert bill(plan, *calls_of(600, 60))[0] == [150, 60]
    plan["rates"][0] |= {"cap": {"per": "day", "amount": "2.00"}}
    assert bill(plan, *calls_of(600, 600), ("calls", "2026-10-13T00:00:00", 60))[0] == [150, 50, 60]
    plan["rates"][0] |= {"cap": {"per": "month", "amount": "2.00"}}
    assert bill(plan, *calls_of(600, 600, 60))[0] == [150, 50, 0]


def test_a_surcharge_is_rounded_with_its_call() -> None:
    plan = plain([60, 60], price="0.99")
    plan["rates"][0]["surcharge"] = {"percent": "10"}
    assert bill(plan, *calls_of(60, 120))[0] == [109, 218]  # 108.9, 217.8


@pytest.mark.parametrize(
    ("mode", "fen"), [("half_up", [1, 2]), ("half_even", [0, 2]), ("up", [1, 2]), ("down", [0, 1])]
)
def test_rounding_modes_at_the_half(mode: str, fen: list[int]) -> None:
    rounding = {"per": "call", "to": "0.01", "mode": mode}
    assert bill(plain([1, 1], price="0.005", per="1s"), *calls_of(1, 3), rounding=rounding)[0] == fen


@pytest.mark.parametrize(("per", "total"), [("call", 3), ("line", 2), ("bill", 2)])
def test_where_amounts_are_rounded(per: str, total: int) -> None:
    rounding = {"per": per, "to": "0.01", "mode": "half_up"}
    charges, made = bill(plain([1, 1], price="0.19", per="60s"), *calls_of(2, 2, 2), rounding=rounding)
    assert made == sum(charges) == total  # three times 19/30 of a fen


@pytest.mark.parametrize(
    ("month", "days", "fen"), [("202602", 1, 107), ("202602", 28, 3000), ("202611", 15, 1500), ("202610", 31, 3000)]
)
def test_a_fee_by_days_in_network(month: str, days: int, fen: int) -> None:
    assert bill({"fee": {"amount": "30.00", "prorate": "daily"}}, month=month, days=days)[1] == fen


def test_discounts_cap_least_spend_and_tax_close_the_bill() -> None:
    plan = {"fee": {"amount": "50.00"}, "discounts": [{"of": "fee", "percent": "10"}]}
    assert bill(plan)[1] == 4500
    assert bill(plan | {"discounts": [{"of": "bill", "percent": "5", "when": {"bill_over": "50.00"}}]})[1] == 5000
    assert bill(plan | {"cap": {"per": "month", "amount": "40.00"}})[1] == 4000
    assert bill(plan | {"min_spend": "60.00"})[1] == 6000
    assert bill(plan, tax={"mode": "exclusive", "percent": "6"})[1] == 4770


def test_a_family_shares_a_pool_in_the_order_of_all_its_calls() -> None:
    shared = {"id": "min", "units": "2min", "of": ["calls"], "shared": "group"}
    plan = plain([60, 60]) | {"scope": "group", "allowances": [shared], "fee": {"amount": "9.00", "per_member": "1.00"}}
    use = [("calls", f"2026-10-12T1{hour}:00:00", 60, hour % 2) for hour in range(3)]
    assert bill(plan, *use, members=2) == ([0, 0, 60], 1100 + 60)
    own = plan | {"allowances": [{name: value for name, value in shared.items() if name != "shared"}]}
    assert bill(own, *use, members=2) == ([0, 0, 0], 1100)


def test_calls_belong_to_the_month_of_their_start() -> None:
    assert bill(plain([60, 60]), ("calls", "2028-02-29T23:59:59", 120), month="202802")[0] == [120]
