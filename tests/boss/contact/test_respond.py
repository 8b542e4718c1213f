from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pyarrow.parquet as pq
import pytest

from bassboss_lib.boss import deliver, history, identity, read_world, reference, respond
from bassboss_lib.boss.contact.desk import orders_path
from bassboss_lib.boss.state import State
from bassboss_lib.cli import main
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import receive
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.feedback import feedback
from bassboss_lib.warehouse.load import load
from bassboss_lib.workspace import Workspace
from tests.boss.contact.conftest import MONTH, active, care, later, retention, survey

LIST = "i_10000_202508_31001_00"


def inbox(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(workspace.inbox.iterdir())}


def state_of(workspace: Workspace, unit: str = "31001") -> str:
    with Ledger(workspace.ledger) as ledger:
        row = ledger.one("SELECT state FROM delivery WHERE id LIKE ? ORDER BY id DESC", (f"out-{unit}%",))
    return str(row["state"]) if row else ""


def test_a_list_becomes_receipts_tasks_and_feedback_that_we_take_in(
    village: Workspace, before: State, send: Callable
) -> None:
    rows = active(before, 60)
    send("31001", retention(before, rows))
    report = respond(village, MONTH)
    assert report.line() == "1 lists read (1 taken), 0 rows refused, 60 tasks on the desk, 5 files sent"
    assert [name for name in inbox(village) if name[1] == "_"][:2] == [f"f_{LIST}_001.verf", f"r_{LIST}.verf"]
    taken = receive(later(village), load)
    assert (len(taken.applied), taken.warnings(), inbox(village)) == (2, [], {})
    assert state_of(village) == "accepted"
    rows_back = feedback(village, "retention_feedback").to_pylist()
    handled = Counter(row["handled"] for row in rows_back)
    assert sum(handled.values()) in (58, 59, 60)  # a hundredth is late
    assert handled["1"] > 3 < handled["2"]
    assert handled["3"] > 10
    assert {row["offer"] for row in rows_back if row["handled"] in "23"} <= {"O01", "O03"}
    assert {row["offer"] for row in rows_back if row["handled"] in "01"} == {None}
    assert all(row["opinion"] for row in rows_back if row["handled"] in "23")
    assert {row["active_3m"] for row in rows_back} <= {"1", "0"}
    days = [row["handled_on"] for row in rows_back if row["handled"] != "0"]
    assert date(2025, 9, 6) <= min(days) <= max(days) <= date(2025, 9, 27)


def test_what_was_answered_shows_in_the_world(village: Workspace, before: State, send: Callable) -> None:
    rows = active(before, 100)
    send("31001", retention(before, rows))
    respond(village, MONTH)
    after = history.state_of(village, "202509")
    outcomes = pq.read_table(orders_path(village, "202509").with_name("outcomes.parquet"), partitioning=None)
    accepted = outcomes["serial"].to_numpy()[outcomes["handled"].to_numpy() == 3]
    reached = outcomes["serial"].to_numpy()[outcomes["handled"].to_numpy() >= 2]
    people = after.people
    assert set(accepted) == set(people["serial"][people["offer_index"] == after.index])
    assert set(reached) == set(people["serial"][people["contact_index"] == after.index])
    twin = history.twin(village, read_world(), "202509")
    assert (twin.people["contact_index"] == -1).all()
    assert len(twin) == len(after)


def test_respond_twice_changes_nothing(village: Workspace, before: State, send: Callable) -> None:
    send("31001", retention(before, active(before, 20)))
    respond(village, MONTH)
    first, state = inbox(village), history.path_of(village, "202509").read_bytes()
    again = respond(village, MONTH)
    assert (again.lists, again.files) == ({}, [])
    assert (inbox(village), history.path_of(village, "202509").read_bytes()) == (first, state)
    receive(later(village), load)
    respond(village, MONTH)
    assert inbox(village) == {}


@pytest.mark.parametrize("lost", ["answers", "desk", "orders and answers"])
def test_a_respond_that_was_killed_can_be_repeated(
    village: Workspace, before: State, send: Callable, lost: str
) -> None:
    send("31001", retention(before, active(before, 20)))
    respond(village, MONTH)
    whole = inbox(village)
    for path in village.inbox.iterdir():
        path.unlink()
    (village.boss / "answers" / f"month={MONTH}.json").unlink()
    if "desk" in lost:
        for path in [*village.boss.glob("desk/*/*"), history.path_of(village, "202509")]:
            path.unlink()
    if "orders" in lost:
        for path in [*village.boss.glob("orders/*/*"), history.path_of(village, "202509")]:
            path.unlink()
    respond(village, MONTH)
    assert inbox(village) == whole


def test_survey_and_care_lists_are_worked_too(village: Workspace, before: State, send: Callable) -> None:
    send("32001", survey(before, active(before, 40)), "20250908")
    send("33001", care(before, active(before, 30, start=40)))
    report = respond(village, MONTH)
    assert report.line().startswith("2 lists read (2 taken), 0 rows refused, 70 tasks on the desk")
    taken = receive(later(village), load)
    assert taken.warnings() == []
    asked = feedback(village, "survey_feedback").to_pylist()
    assert len(asked) == 40
    assert {row["response"] is None for row in asked if row["reached"] == "0"} == {True}
    answers = [row["response"] for row in asked if row["response"] is not None]
    assert len(answers) > 15
    assert set(answers) <= set(range(11))
    assert len(set(answers)) > 3
    called = [row["called_at"].date() for row in asked if row["called_at"] is not None]
    assert min(called) == date(2025, 9, 9)  # the day after the list
    cared = feedback(village, "care_feedback").to_pylist()
    assert len(cared) == 30
    assert {row["care_form"] for row in cared} == {"F11"}
    assert {row["satisfaction"] is None for row in cared if row["handled"] in "01"} <= {True}
    assert all(1 <= row["satisfaction"] <= 10 for row in cared if row["handled"] in "23")
    assert date(2025, 9, 20) in {row["handled_on"] for row in cared}


def test_customers_who_opted_out_meanwhile_are_refused_with_reason_8(
    village: Workspace, before: State, send: Callable
) -> None:
    day = date(2025, 9, 3) + timedelta(days=1)
    out = reference.do_not_contact(before, day)
    marketing = [row["customer_id"] for row in out.to_pylist() if row["scope"] in ("all", "marketing")]
    ids = identity.customer_ids(before.people["serial"])
    rows = np.concatenate([np.flatnonzero(np.isin(ids, marketing))[:2], active(before, 10)])
    rows = np.unique(rows)
    send("31001", retention(before, rows))
    assert respond(village, MONTH).refused == np.isin(ids[rows], marketing).sum() > 0
    receive(later(village), load)
    assert state_of(village) == "partial"
    with Ledger(village.ledger) as ledger:
        assert {row["code"] for row in ledger.rows("SELECT code FROM reject")} == {"31001048"}
    orders = pq.read_table(orders_path(village, "202509"), partitioning=None)
    assert not set(orders["customer_id"].to_pylist()) & set(marketing)


def test_a_month_that_was_lived_already_leaves_the_list_to_the_next(
    village: Workspace, before: State, send: Callable
) -> None:
    deliver(village, "202509")
    send("31001", retention(before, active(before, 12)))
    for path in village.inbox.iterdir():
        path.unlink()
    report = respond(village, MONTH)
    assert [path.name[0] for path in report.files] == ["f", "r"]
    assert not orders_path(village, "202509").exists()
    assert orders_path(village, "202510").exists()
    files = respond(village, "202509").files
    assert "s_10000_202510_31002_00_001.dat" in {path.name for path in files}
    [loaded] = receive(later(village, "2025-11-04T08:00"), load).feedback.loaded
    assert (loaded.unit, loaded.period) == ("retention_feedback", "202510")
    assert loaded.rows in (11, 12)  # a hundredth is late


def test_feedback_grows_by_a_character_a_month_and_then_ends(village: Workspace, before: State, send: Callable) -> None:
    send("31001", retention(before, active(before, 50)))
    known = []
    for month in (MONTH, "202509", "202510", "202511"):
        respond(village, month)
        receive(later(village, "2026-01-04T08:00"), load)
        rows = feedback(village, "retention_feedback").to_pylist()
        known.append(Counter((len(row["active_3m"]), row["feedback_no"]) for row in rows).most_common(1)[0][0])
    assert known == [(1, 1), (2, 2), (3, 3), (3, 3)]
    states = {one: history.state_of(village, one) for one in ("202509", "202510", "202511")}
    serial = dict(zip(identity.customer_ids(before.people["serial"]), before.people["serial"].tolist(), strict=True))
    sent = pq.read_table(orders_path(village, "202509"), partitioning=None)["customer_id"].to_pylist()
    truth = Counter(
        "".join("1" if serial[one] in state.people["serial"][state.active] else "0" for state in states.values())
        for one in sent
    )
    assert Counter(row["active_3m"] for row in rows) == truth


def test_a_wrong_list_is_refused_and_answered(village: Workspace, before: State, send: Callable) -> None:
    send("31001", retention(before, active(before, 5)))
    path = village.outbox / f"{LIST}.verf"
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data.replace(b"4535 ", b"4536 "))
    report = respond(village, MONTH)
    assert report.lists == {LIST: "05"}
    assert list(inbox(village)) == [f"f_{LIST}_001.verf"]
    receive(later(village), load)
    assert state_of(village) == "rejected"


def test_the_command(village: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(village.root))
    for words, code in ((["-m", MONTH], 0), (["-m", MONTH, "--personality", "polite"], 2), (["-m", "203001"], 2)):
        with pytest.raises(SystemExit) as caught:
            main(["boss", "respond", *words])
        assert caught.value.code == code
    said = capsys.readouterr()
    assert said.out == f"{MONTH}: 0 lists read (0 taken), 0 rows refused, 0 tasks on the desk, 0 files sent\n"
    assert "no personality is called 'polite'" in said.err


def test_it_refuses_a_month_that_was_not_delivered(village: Workspace) -> None:
    with pytest.raises(CallError, match="not delivered yet"):
        respond(village, "202512")
