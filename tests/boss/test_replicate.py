import numpy as np
import pyarrow as pa

from bassboss_lib.boss import World
from bassboss_lib.boss.identity import customer_ids
from bassboss_lib.boss.records import records
from bassboss_lib.boss.replicate import replicate, replicated_cdr
from bassboss_lib.boss.settling import cdr_blocks
from bassboss_lib.boss.state import State


def test_a_replica_has_the_same_lives_under_keys_of_its_own(world: World, town: list[State]) -> None:
    state = town[-1]
    large, count = replicate(world, state, 3), len(state)
    assert len(large) == 3 * count
    assert len(np.unique(large.people["serial"])) == 3 * count
    for name in ("bill_fen", "status", "plan", "log_calls"):
        assert np.array_equal(large.people[name], np.tile(state.people[name], 3))
    assert (np.diff(large.people["serial"]) > 0).all()
    third = slice(2 * count, 3 * count)
    shift = large.people["serial"][2 * count] - state.people["serial"][0]
    assert np.array_equal(large.circle[third], state.circle + shift)
    tables = records(world, large, events=False)
    assert len(set(tables["customer"]["customer_id"].to_pylist())) == 3 * count
    assert len(set(tables["customer"]["msisdn"].to_pylist())) == 3 * count


def test_call_records_are_copied_and_not_drawn_again(world: World, town: list[State]) -> None:
    state = town[-1].rows(slice(0, 300))
    original = pa.concat_tables(cdr_blocks(world, state))
    copied = pa.concat_tables(replicated_cdr(world, state, 2))
    assert copied.num_rows == 2 * original.num_rows
    assert copied.slice(0, original.num_rows).equals(original)
    second = copied.slice(original.num_rows)
    for name in ("started_at", "duration_s", "charge_fen", "kind", "other_operator"):
        assert second[name].to_pylist() == original[name].to_pylist()
    step = int(state.people["serial"][-1])
    expected = set(customer_ids(state.people["serial"] + step).tolist())
    assert set(second["customer_id"].to_pylist()) <= expected
    elsewhere = np.array([operator in ("CU", "CT") for operator in original["other_operator"].to_pylist()])
    was, now = (np.array(table["other_party"].to_pylist(), dtype=object)[elsewhere] for table in (original, second))
    assert (was == now).all()
