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
        in_time = event["second"] >= 0
        assert (event["second"] >= start[event["owner"]])[in_time].all()
        assert (end[event["owner"]] > start[event["owner"]]).all()


def test_a_small_share_of_records_is_of_the_last_days_of_the_month_before(world: World, town: list[State]) -> None:
    counted: dict[bool, list[int]] = {False: [0, 0], True: [0, 0]}
    for state in town:
        event = _events(world, state)
        late = event["second"] < 0
        assert event["second"].min() >= -world.usage.late.days * 86_400
        assert len(set((event["second"][late] // 86_400).tolist())) == world.usage.late.days
        assert np.bincount(event["owner"][late], minlength=len(state)).tolist() == state.people["late_cdrs"].tolist()
        for away, sums in counted.items():
            mine = (event["zone"] == 3) == away
            sums[:] = sums[0] + int((late & mine).sum()), sums[1] + int(mine.sum())
    shares = {away: late / events for away, (late, events) in counted.items()}
    assert 0.002 < shares[False] < world.usage.late.share
    assert 0.03 < shares[True] < world.usage.late.roaming


def test_only_who_could_call_in_both_months_has_late_records(world: World, town: list[State]) -> None:
    state = town[2]
    people = state.people
    late = people["late_cdrs"] > 0
    before = np.datetime64(months.first_day(months.add(state.month, -1)), "D").astype(int)
    assert late.sum() > 100
    assert set(people["status"][late].tolist()) == {1010}
    assert people["status_day"][late].max() < before


def test_without_a_share_no_record_is_late(world: World, town: list[State]) -> None:
    none = world.usage.late.model_copy(update={"share": 0.0, "roaming": 0.0})
    punctual = world.model_copy(update={"usage": world.usage.model_copy(update={"late": none})})
    event, usual = _events(punctual, town[0]), _events(world, town[0])
    assert event["second"].min() >= 0
    assert len(event["second"]) == len(usual["second"])


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
