import numpy as np
import pandas as pd
import pytest

from bassboss_lib.engine import read_table
from bassboss_lib.errors import GateRefused, InputRefused
from bassboss_lib.tariff.material import boss_material, material
from bassboss_lib.tariff.parity import parity, refuse_disparity, without_failing
from bassboss_lib.tariff.prepare import prepare
from bassboss_lib.tariff.rehearsal import rehearse
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace
from tests.tariff.worlds import MONTHS, Put, fill


def change_bills(workspace: Workspace, put: Put, change: pd.Series, month: str = MONTHS[1]) -> pd.DataFrame:
    """Change the bills as sent: add fen to rows of ``bill_item`` by their place."""
    frame = read_table(paths(workspace, "bill_item", [month])).to_pandas()
    frame["receivable_fen"] += change.reindex(frame.index, fill_value=0)
    put("bill_item", month, frame.to_dict("records"))
    return frame


def test_undamaged_bills_agree_to_the_fen(workspace: Workspace, put: Put) -> None:
    bills = fill(put, changed=3)
    given = boss_material(workspace, MONTHS)
    found = parity(given)
    assert found is not None
    assert (found.share, found.unrated_fen, len(found.rows)) == (1.0, 0, 120)
    assert found.causes.empty
    assert found.by_month["month"].tolist() == list(MONTHS)
    said = rehearse(given)
    names = said.customers["pseudonym"].to_numpy()
    months = {12 * 2026 + 8: MONTHS[0], 12 * 2026 + 9: MONTHS[1]}
    rows = zip(said.owner, said.month, said.current_fen.tolist(), strict=True)
    assert {(names[owner], months[month]): fen for owner, month, fen in rows} == bills
    refuse_disparity(found, 1.0)
    assert without_failing(given, found) == (given, 0)


def test_planted_damage_is_found_and_named(workspace: Workspace, put: Put) -> None:
    fill(put)
    frame = read_table(paths(workspace, "bill_item", [MONTHS[1]])).to_pandas()
    data = frame.index[frame["fee_item"] == "0633"][:3]
    fees = frame.index[frame["fee_item"] == "0101"][:2]
    change_bills(workspace, put, pd.Series([50, 50, 50, -1, -1], index=[*data, *fees]))
    given = boss_material(workspace, MONTHS)
    found = parity(given)
    assert found is not None
    assert found.causes.to_dict("records") == [
        {"item": "0633", "cause": "sent more", "rows": 3, "difference_fen": 150}
    ]  # one fen on a fee is within
    assert found.share == pytest.approx(117 / 120)
    with pytest.raises(GateRefused, match=r"below 100\.00%; largest cause: item 0633, sent more, 3 bills") as caught:
        refuse_disparity(found, 1.0)
    assert caught.value.exit_code == 5
    refuse_disparity(found, 0.5)
    kept, left_out = without_failing(given, found)
    assert left_out == 3
    assert len(kept.usage) == 114
    assert parity(kept).share == 1.0


def test_a_lost_bill_and_lost_calls_are_told_apart(workspace: Workspace, put: Put) -> None:
    fill(put)
    items = read_table(paths(workspace, "bill_item", [MONTHS[1]])).to_pandas()
    put("bill_item", MONTHS[1], items[items["pseudonym"] != "p001"].to_dict("records"))
    calls = read_table(paths(workspace, "cdr", [MONTHS[1]])).to_pandas()
    other = items.loc[items["fee_item"] == "0633", "pseudonym"].max()
    put("cdr", MONTHS[1], calls[calls["pseudonym"] != other].to_dict("records"))
    found = parity(boss_material(workspace, MONTHS))
    assert found is not None
    assert {"rated, not sent", "sent, not rated"} <= set(found.causes["cause"])
    off = found.rows[~found.rows["within"]]
    assert sorted(off["owner"]) == [1, int(other[1:])]


def test_months_of_plans_shared_by_families_are_left_out_and_counted(workspace: Workspace, put: Put) -> None:
    fill(put)
    for month in MONTHS:
        people = read_table(paths(workspace, "customer", [month])).to_pandas()
        people.loc[people["pseudonym"].isin(["p004", "p007"]), "plan_id"] = "F129"
        people.loc[people["pseudonym"] == "p009", "plan_id"] = "F129" if month == MONTHS[0] else "G058"
        put("customer", month, people.to_dict("records"))
    found = parity(boss_material(workspace, MONTHS))
    assert found is not None
    assert (found.grouped, len(found.rows)) == (3, 115)
    assert "F129" not in set(found.by_plan["plan"])
    assert set(found.rows.loc[found.rows["owner"] == 9, "month"]) == {12 * 2026 + 9}
    ready = prepare(workspace, MONTHS[1], "", months_back=2, candidates="", parity_min=0.5)
    assert ready.material.grouped.tolist() == [4, 7, 9]
    assert (ready.parity and ready.parity.grouped) == 3
    assert set(ready.material.usage.rows.owner) & {4, 7} == set()
    assert len(rehearse(ready.material).owner) == len(ready.material.usage)


def test_what_came_late_is_on_the_bill_of_the_month_it_came_in(workspace: Workspace, put: Put) -> None:
    fill(put, late=3)
    given = boss_material(workspace, MONTHS)
    began = given.usage.started_s.astype("datetime64[s]").astype("datetime64[M]").astype(int) + 12 * 1970
    billed = np.repeat(given.usage.rows.month, np.diff(given.usage.first))
    assert (billed - began).max() == 1
    found = parity(given)
    assert found is not None
    assert found.share == 1.0


def test_refunds_and_items_without_a_rate_pass(workspace: Workspace, put: Put) -> None:
    fill(put)
    items = read_table(paths(workspace, "bill_item", [MONTHS[1]])).to_pandas().to_dict("records")
    extra = [
        items[0] | {"fee_item": "0501", "receivable_fen": 700},
        items[0] | {"fee_item": "0901", "receivable_fen": -90},
    ]
    put(
        "bill_item",
        MONTHS[1],
        [one for one in items if (one["pseudonym"], one["fee_item"]) != ("p000", "0901")] + extra,
    )
    found = parity(boss_material(workspace, MONTHS))
    assert found is not None
    assert (found.share, found.unrated_fen) == (1.0, 610)


def test_a_month_that_is_missing_is_named(workspace: Workspace, put: Put) -> None:
    fill(put, people=5)
    with pytest.raises(InputRefused, match="202608"):
        material(workspace, MONTHS[1], "", 3)
