from collections.abc import Callable
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.errors import CallError, InputRefused, SecurityRefused
from bassboss_lib.features import View
from bassboss_lib.ledger import Ledger
from bassboss_lib.segments import Limits, assigned, segment, titles, write_segments
from bassboss_lib.segments.measures import measures
from bassboss_lib.segments.model import newest_model
from bassboss_lib.vault import create_key
from bassboss_lib.workspace import Workspace
from tests.conftest import customer

QUICK = Limits(most=4, samples=2, rows=400)
USAGE = {"call_out_count": 10, "call_in_count": 10, "call_out_s": 600, "call_in_s": 600, "call_short_count": 1,
         "event_count": 40, "night_event_count": 4, "abroad_count": 0, "sms_out_count": 4,
         "data_bytes": 2**30}  # fmt: skip
COUNT = 300


def deliver(put: Callable[..., None], month: str, *, without: str = "") -> None:
    """Put a month of four types of customers into the warehouse: callers, surfers, texters, night owls."""
    names, chance = [f"c{place:04d}" for place in range(COUNT)], np.random.default_rng(int(month))
    lively = chance.uniform(0.8, 1.25, (COUNT, 4)).tolist()
    usage = [
        USAGE | {"pseudonym": name, "call_out_count": round(10 * by[0] * (6 if at % 4 == 0 else 1)),
                 "data_bytes": int(2**30 * by[1] * (9 if at % 4 == 1 else 1)),
                 "sms_out_count": round(4 * by[2] * (12 if at % 4 == 2 else 1)),
                 "night_event_count": round(4 * by[3] * (6 if at % 4 == 3 else 1))}
        for at, (name, by) in enumerate(zip(names, lively, strict=True))
    ]  # fmt: skip
    tables = {
        "customer": [customer(name) for name in names] + [customer("left", status="2010")],
        "usage_month": usage,
        "circle_month": [{"pseudonym": name, "event_pairs": 200, "same_partner_pairs": 10} for name in names],
        "bill_month": [{"pseudonym": name, "receivable_fen": 6000, "fixed_fen": 5000} for name in names],
        "complaint": [{"pseudonym": names[0], "filed_at": datetime(2026, 9, 2)}],
    }
    for table, rows in tables.items():
        if table != without:
            put(table, month, rows)


@pytest.fixture
def divided(workspace: Workspace, put: Callable[..., None]) -> View:
    create_key(workspace, b"tests")
    deliver(put, "202610")
    view = View(workspace, "202610")
    write_segments(view, segment(view, QUICK))
    return view


def test_measures_are_a_month_s_habits(workspace: Workspace, put: Callable[..., None]) -> None:
    new = customer("b", join_date=date(2026, 10, 17))
    for month in ("202609", "202610"):
        put("customer", month, [customer("a"), new, customer("c", status="1021")])
        put("usage_month", month, [USAGE | {"pseudonym": "a"}])
        put("circle_month", month, [{"pseudonym": "a", "event_pairs": 200, "same_partner_pairs": 10}])
        put("bill_month", month, [{"pseudonym": "a", "receivable_fen": 6000, "fixed_fen": 4000}])
        put("complaint", month, [{"pseudonym": "a", "filed_at": datetime(2026, 9, 2)}])
    found = measures(View(workspace, "202610"))
    assert found.index.tolist() == ["a", "b"]
    row = found.loc["a"].round(3)
    assert (row["calls"], row["data"], row["sms"], row["complaints"], row["spend"]) == (20, 1024, 4, 2, 6000)
    assert (row["night"], row["outgoing"], row["circle"]) == (0.1, 0.5, 20)
    assert found.loc["b", "night"] == found.loc["a", "night"]  # nothing known of b: what is usual
    assert found.loc["b", "tenure"] < 0.5


def test_everybody_in_the_network_is_in_a_named_segment(divided: View) -> None:
    who = assigned(divided)
    assert len(who) == COUNT
    assert "left" not in who.index
    assert not who["interim"].any()
    assert not who.isna().any().any()
    names = who.groupby("segment_no")["name_zh"].unique()
    assert all(len(one) == 1 for one in names)
    assert titles(divided.workspace, "202610")["S01"]["zh"] == who.loc[who["segment_no"] == "S01", "name_zh"].iloc[0]


def test_the_next_month_begins_with_this_one(divided: View, put: Callable[..., None]) -> None:
    before = assigned(divided)
    deliver(put, "202611")
    later = View(divided.workspace, "202611")
    without = assigned(later)  # not divided yet: the newest model answers
    write_segments(later, segment(later, QUICK))
    after = assigned(later)
    assert (after["segment_no"] == before["segment_no"]).mean() >= 0.97
    assert (without["segment_no"] == before["segment_no"]).mean() >= 0.97
    assert after["name_en"].unique().tolist() == before["name_en"].unique().tolist()


def test_the_same_month_again_changes_no_byte(divided: View) -> None:
    files = sorted(divided.workspace.warehouse.glob("segment*/*/*.parquet"))
    before = [path.read_bytes() for path in files]
    models = sorted(divided.workspace.models.glob("segments/*"))
    write_segments(divided, segment(divided, QUICK))
    assert [path.read_bytes() for path in files] == before
    assert len(before) == 2
    assert sorted(divided.workspace.models.glob("segments/*")) == models


def test_without_a_model_the_interim_rule_answers_and_says_so(workspace: Workspace, put: Callable[..., None]) -> None:
    deliver(put, "202610")
    who = assigned(View(workspace, "202610"))
    assert who["interim"].all()
    assert set(who["segment_no"]) == {"V2T2"}
    assert who["name_zh"].iloc[0] == "中价值、入网一至三年"


def test_an_operator_s_own_names_take_the_place_of_ours(divided: View) -> None:
    own = divided.workspace.root / "segments.yaml"
    own.write_text("names: {S01: {zh: 话痨, en: talkers}}\n")
    write_segments(divided, segment(divided, QUICK))
    assert titles(divided.workspace, "202610")["S01"] == {"zh": "话痨", "en": "talkers"}
    own.write_text("names: {S01: {zh: 同名, en: a}, S02: {zh: 同名, en: b}}\n")
    with pytest.raises(CallError, match=r"names: two segments have the same zh name \| where: segments.yaml"):
        write_segments(divided, segment(divided, QUICK))


@pytest.mark.parametrize("table", ["complaint", "usage_month", "bill_month"])
def test_a_missing_unit_is_refused_and_last_month_stays(divided: View, put: Callable[..., None], table: str) -> None:
    deliver(put, "202611", without=table)
    with pytest.raises(InputRefused, match=f"{table} of 202611 is not in the warehouse") as caught:
        segment(View(divided.workspace, "202611"), QUICK)
    assert caught.value.exit_code == 3
    assert len(assigned(divided)) == COUNT


def test_R26_a_model_that_was_altered_is_not_read(divided: View, put: Callable[..., None]) -> None:
    with Ledger(divided.workspace.ledger) as ledger:
        id = newest_model(ledger, "202610")
    groups = divided.workspace.models / "segments" / id / "groups.json"
    groups.write_text(groups.read_text().replace("S01", "S09"))
    deliver(put, "202611")
    with pytest.raises(SecurityRefused, match=r"R26: model altered: groups.json"):
        segment(View(divided.workspace, "202611"), QUICK)


def test_the_model_is_text_and_reads_back_as_it_was(divided: View) -> None:
    from bassboss_lib.segments.model import load_model

    found = segment(divided, QUICK)
    with Ledger(divided.workspace.ledger) as ledger:
        model = load_model(divided.workspace, ledger, newest_model(ledger, "202610"))
        assert ledger.rows("SELECT function FROM champion")[0]["function"] == "segments"
    assert model.names == found.model.names
    pd.testing.assert_series_equal(model.assign(found.measured), found.model.assign(found.measured))
    folder = divided.workspace.models / "segments" / model.id
    assert {path.suffix for path in folder.iterdir()} == {".json", ".txt", ""}
