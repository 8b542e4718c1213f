import numpy as np
import pyarrow.compute as pc

from bassboss_lib import months
from bassboss_lib.boss import World
from bassboss_lib.boss.calls import events, missing_partners, windows
from bassboss_lib.boss.state import State


def _events(world: World, state: State) -> dict[str, np.ndarray]:
    return events(world, state, missing_partners(state))


def test_no_two_events_of_a_customer_begin_in_the_same_second(world: World, town: list[State]) -> None:
    event = _events(world, town[0])
    same = event["owner"][1:] == event["owner"][:-1]
    assert (np.diff(event["second"])[same] > 0).all()
    assert (np.diff(event["owner"]) >= 0).all()


def test_events_lie_within_the_month_and_the_customers_window(world: World, town: list[State]) -> None:
    for state in town:
        event = _events(world, state)
        start, end = windows(state)
        assert event["second"].max() < months.days(state.month) * 86_400
        assert (event["second"] >= start[event["owner"]]).all()
        assert (end[event["owner"]] > start[event["owner"]]).all()


def test_whoever_is_suspended_all_month_or_has_left_does_not_call(world: World, town: list[State]) -> None:
    state = town[-1]
    stopped = np.isin(state.people["status"], (1031, 2010, 2020)) & (
        state.people["status_before"] == state.people["status"]
    )
    assert stopped.any()
    assert state.people["cdrs"][stopped].sum() == 0


def test_a_customers_dropped_calls_show_the_share_planted(world: World, town: list[State]) -> None:
    state = town[0]
    event = _events(world, state)
    voice = event["kind"] == 0
    calls = np.bincount(event["owner"][voice], minlength=len(state))
    short = np.bincount(
        event["owner"][voice & (event["duration_s"] > 0) & (event["duration_s"] < 10)], minlength=len(state)
    )
    assert (np.abs(short - calls * state.people["drop_share"]) < 1 + 1e-9).all()


def test_a_customers_calls_elsewhere_show_the_share_planted(world: World, town: list[State]) -> None:
    state = town[0]
    event = _events(world, state)
    voice = event["kind"] == 0
    calls = np.bincount(event["owner"][voice], minlength=len(state))
    elsewhere = np.bincount(event["owner"][voice & event["off_net"]], minlength=len(state))
    share = state.people["off_share"]
    assert (elsewhere - calls * share > -1 - 1e-9).all()
    assert np.mean(np.abs(elsewhere - calls * share) < 1) > 0.98


def test_partners_on_net_are_customers_and_the_others_are_not(files: list[dict]) -> None:
    cdr, numbers = files[0]["cdr"], set(files[0]["customer"]["msisdn"].to_pylist())
    on_net = cdr.filter(pc.equal(cdr["other_operator"], "CM"))
    elsewhere = cdr.filter(pc.is_in(cdr["other_operator"], value_set=pc.cast(["CU", "CT"], "string")))
    assert set(on_net["other_party"].to_pylist()) <= numbers
    assert not set(elsewhere["other_party"].to_pylist()) & numbers


def test_data_has_volume_and_no_partner_and_calls_have_neither_volume(files: list[dict]) -> None:
    cdr = files[0]["cdr"]
    data = cdr.filter(pc.equal(cdr["kind"], "data"))
    voice = cdr.filter(pc.equal(cdr["kind"], "voice"))
    assert data["other_party"].null_count == data.num_rows > 0
    assert pc.min(data["volume_bytes"]).as_py() > 0
    assert voice["other_party"].null_count == 0
    assert pc.max(voice["volume_bytes"]).as_py() == 0


def test_the_tails_are_heavy_and_the_mean_is_more_than_sixty(town: list[State]) -> None:
    cdrs = town[0].people["cdrs"][town[0].active]
    assert 60 < cdrs.mean() < 70
    assert cdrs.max() > 4 * np.median(cdrs)
