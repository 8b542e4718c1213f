import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.boss import World
from bassboss_lib.boss.billing import MEGABYTE, beyond, charges, expected_bills, terms


def _event(**columns: list) -> dict[str, np.ndarray]:
    count = len(next(iter(columns.values())))
    same = {"first": [0] * count, "kind": [0] * count, "zone": [0] * count, "outgoing": [True] * count}
    same |= {"duration_s": [0] * count, "volume_bytes": [0] * count}
    return {name: np.array(values) for name, values in (same | columns).items()}


def _charged(world: World, plan: str, **columns: list) -> list[int]:
    place = next(at for at, one in enumerate(world.plans) if one.id == plan)
    event = _event(**columns)
    return charges(world, np.full(len(event["kind"]), place), event)[0].tolist()


def test_a_bundle_is_used_up_in_the_order_of_time(world: World) -> None:
    # S018 has 15 minutes, then 40 fen a minute; 600 s are 10 minutes, 61 s are 2.
    assert _charged(world, "S018", duration_s=[600, 600, 61]) == [0, 5 * 40, 2 * 40]


def test_incoming_calls_are_free_and_roaming_is_outside_the_bundle(world: World) -> None:
    assert _charged(world, "G188", duration_s=[60, 60, 60], outgoing=[False, True, True], zone=[0, 3, 2]) == [0, 39, 99]


def test_data_and_messages_are_charged_beyond_the_bundle(world: World) -> None:
    # S008 has 100 megabytes, then 5 fen each, and no messages.
    volume = [100 * MEGABYTE, 1, 0]
    assert _charged(world, "S008", kind=[2, 2, 1], volume_bytes=volume) == [0, 5, 10]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=30), st.integers(0, 2000))
def test_what_lies_beyond_adds_up_to_the_excess(units: list[int], allowance: int) -> None:
    zero = np.zeros(len(units), dtype=int)
    over = beyond(np.array(units), zero + allowance, zero)
    assert over.sum() == max(sum(units) - allowance, 0)


def test_the_expected_bill_is_the_fee_for_those_who_do_not_call(world: World) -> None:
    habits = {f"log_{name}": np.array([-40.0]) for name in ("calls", "minutes", "megabytes", "messages")}
    habits["log_minutes"] = np.array([0.0])
    assert expected_bills(world, habits, np.zeros(1)).round().tolist() == [[plan.fee_fen for plan in world.plans]]


def test_terms_are_json_with_money_as_text(world: World) -> None:
    content = json.loads(terms(world.plans[0], world))
    assert content["fee"]["amount"] == "58.00"
    assert content["allowances"][0] == {"id": "min", "units": "30min", "of": ["v.local.on", "v.local.off", "v.nat"]}
    assert all(isinstance(rate["price"], str) for rate in content["rates"])
