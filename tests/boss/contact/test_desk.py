from collections.abc import Callable

import numpy as np
import pyarrow as pa

from bassboss_lib.boss import World
from bassboss_lib.boss.contact import desk
from bassboss_lib.boss.contact.desk import TASK, pending, schedule
from bassboss_lib.boss.contact.reading import Judged
from bassboss_lib.workspace import Workspace

KIND = {"31001": 0, "32001": 1, "33001": 2}


def task(customer: str, stem: str = "i_10000_202508_31001_00", wanted: str | None = None, place: int = 0) -> dict:
    row = dict.fromkeys(TASK.names) | {"stem": stem, "unit": stem[-8:-3], "campaign_id": "R1", "customer_id": customer}
    return row | {"serial": int(customer), "kind": KIND[stem[-8:-3]], "item": 0, "place": place, "wanted": wanted}


def many(count: int, **about: str) -> pa.Table:
    return pa.Table.from_pylist([task(str(one), place=one, **about) for one in range(1, count + 1)], TASK)


def test_tasks_are_worked_in_their_order_under_the_daily_capacity(world: World) -> None:
    found = schedule(world, many(200), "202509", 1000)  # six a day from the 6th to the 27th
    day = found["day"].to_numpy()
    assert day[:14].tolist() == [6] * 6 + [7] * 6 + [8] * 2
    assert (day > 0).sum() == 6 * 22
    assert set(day[6 * 22 :]) == {0}
    assert found["hour"].to_pylist()[:6] == [9, 10, 14, 15, 17, 18]


def test_a_task_waits_for_its_day_and_others_go_before_it(world: World) -> None:
    rows = pa.Table.from_pylist([task("1", wanted="20250920"), task("2"), task("3", wanted="20250930")], TASK)
    assert schedule(world, rows, "202509", 1000)["day"].to_pylist() == [20, 6, 0]
    assert schedule(world, rows, "202510", 1000)["day"].to_pylist() == [6, 6, 6]


def test_who_is_in_a_list_of_a_day_is_not_cared_for_before_the_day_after(world: World) -> None:
    ids, days = ["1", "2", "3"], pa.array(["20250903", "20250920", None], pa.string())
    names = {"campaign_id": ["C1"] * 3, "customer_id": ids, "msisdn": ids, "care_form": ["F01"] * 3}
    rows = pa.table(names | {"suggested_date": days})
    for period, wanted in (("20250911", ["20250912", "20250920", "20250912"]), ("202508", days.to_pylist())):
        judged = Judged(f"s_10000_{period}_33001_00", "33001", period, "", "", {1: "00"}, rows)
        assert desk.tasks(world, judged, {one: int(one) for one in ids}, 1)["wanted"].to_pylist() == wanted


def keep(workspace: Workspace, stem: str, rows: list[str], codes: dict[int, str] | None = None) -> None:
    made = pa.Table.from_pylist([task(one, stem, place=at) for at, one in enumerate(rows)], TASK)
    parts = stem.split("_")
    judged = Judged(stem, parts[3], parts[2], stem, "", codes or {1: "00"})
    desk.keep(workspace, judged, "202508", made)


def test_a_restated_list_replaces_and_a_correction_adds(village: Workspace) -> None:
    keep(village, "i_10000_202508_31001_00", ["1", "2"])
    keep(village, "i_10000_202508_31001_01", ["2", "3"])
    keep(village, "a_10000_202508_31001_02", ["4"])
    keep(village, "i_10000_202508_31001_03", ["9"], {1: "05"})
    keep(village, "s_10000_202508_33001_00", ["1"])
    assert pending(village)["customer_id"].to_pylist() == ["4", "2", "3", "1"]


def test_what_a_lived_month_had_on_its_desk_is_not_worked_again(
    village: Workspace, write_orders: Callable[[str, pa.Table], None]
) -> None:
    keep(village, "i_10000_202508_31001_00", ["1", "2", "3"])
    write_orders("202508", many(2))
    write_orders("202509", many(3))  # not lived
    assert pending(village)["customer_id"].to_pylist() == ["3"]


def test_offers_are_those_recommended_or_by_reason_and_now_and_then_the_agents_own(world: World) -> None:
    count = 4000
    ids = [str(one) for one in range(count)]
    offers = ["O04"] * (count // 2) + [None] * (count // 2)
    names = {"campaign_id": ["R1"] * count, "customer_id": ids, "msisdn": ids, "recommended_offer": offers}
    rows = pa.table(names | {"churn_reason": ["R02"] * count})
    judged = Judged("i_10000_202508_31001_00", "31001", "202508", "", "", {1: "00"}, rows)
    item = desk.tasks(world, judged, {one: int(one) for one in ids}, 1)["item"].to_numpy()
    assert set(item[: count // 2]) == {3, 2}
    assert set(item[count // 2 :]) == {4, 2}
    assert np.isclose((item == 2).mean(), 0.05, atol=0.015)
