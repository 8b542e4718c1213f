from collections import Counter
from collections.abc import Callable

import pytest

from bassboss_lib.boss import World, respond
from bassboss_lib.boss.contact_terms import Manners
from bassboss_lib.boss.state import State
from bassboss_lib.cli import main
from bassboss_lib.errors import InputRefused
from bassboss_lib.exchange import receive
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.feedback import feedback
from bassboss_lib.warehouse.load import load
from bassboss_lib.workspace import Workspace
from tests.boss.contact.conftest import MONTH, active, care, later, retention, survey

LIST = "i_10000_202508_31001_00"


def with_manners(world: World, **changes: object) -> World:
    """Give a world whose prompt BOSS behaves like this."""
    plain: dict = {"late": 0.0, "duplicated": 0.0, "corrected": 0.0, "misdeeds": {}}
    manners = world.contact.personalities | {"prompt": Manners.model_validate(plain | changes)}
    return world.model_copy(update={"contact": world.contact.model_copy(update={"personalities": manners})})


def state_of(workspace: Workspace) -> str:
    with Ledger(workspace.ledger) as ledger:
        row = ledger.one("SELECT state FROM delivery WHERE id LIKE 'out-31001%'")
    return str(row["state"]) if row else ""


def status(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(workspace.root))
    monkeypatch.setenv("BASSBOSS_NOW", "2025-09-06T08:00")
    with pytest.raises(SystemExit) as caught:
        main(["status", "--check"])
    return int(caught.value.code or 0)


@pytest.fixture
def answered(village: Workspace, world: World, before: State, send: Callable) -> Callable[..., Workspace]:
    """Send a list of forty and let BOSS answer with some manners; give the workspace a month later."""
    send("31001", retention(before, active(before, 40)))

    def answer(**manners: object) -> Workspace:
        respond(village, MONTH, world=with_manners(world, **manners))
        return later(village)

    return answer


def test_O13_a_verdict_that_contradicts_itself_is_a_dispute(
    answered: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = answered(misdeeds={"contradicts": 1.0})
    report = receive(workspace, load)
    assert report.disputed == [f"r_{LIST}.verf"]
    assert state_of(workspace) == "rejected"
    assert status(workspace, monkeypatch) == 11


def test_O15_rows_outside_the_file_are_put_aside(answered: Callable) -> None:
    workspace = answered(misdeeds={"rows_outside": 1.0})
    [line] = receive(workspace, load).quarantined
    assert line.startswith("O15: 1 of 1 rows refused are not in the file")
    assert state_of(workspace) == "released"


def test_O11_receipts_that_nobody_can_place_are_put_aside(answered: Callable) -> None:
    workspace = answered(misdeeds={"unknown_delivery": 1.0, "unreadable_receipt": 1.0})
    lines = sorted(line.split(" | ")[0] for line in receive(workspace, load).quarantined)
    assert lines[0] == "O11: a receipt for a delivery that was never released"
    assert lines[1].startswith("O11: the receipt cannot be read")


@pytest.mark.parametrize(
    ("misdeed", "fault"), [("wrong_total", "(code 04)"), ("missing_data", "I02"), ("garbled", "(code 03)")]
)
def test_a_damaged_feedback_file_is_refused_and_the_receipts_are_taken(
    answered: Callable, misdeed: str, fault: str
) -> None:
    workspace = later(answered(misdeeds={misdeed: 1.0}), "2025-12-04T08:00")
    with pytest.raises(InputRefused) as caught:
        receive(workspace, load)
    assert fault in caught.value.line()
    assert state_of(workspace) == "accepted"
    assert feedback(workspace, "retention_feedback").num_rows == 0


def test_O17_feedback_on_a_stranger_is_quarantined(answered: Callable) -> None:
    report = receive(answered(misdeeds={"unknown_customer": 1.0}), load)
    [loaded] = report.feedback.loaded
    assert (loaded.rows, loaded.loaded, loaded.quarantined) == (41, 40, 1)


def test_a_row_twice_in_one_file_is_quarantined(answered: Callable) -> None:
    [loaded] = receive(answered(misdeeds={"twice_in_file": 1.0}), load).feedback.loaded
    assert (loaded.rows, loaded.loaded, loaded.quarantined) == (41, 40, 1)


def test_a_receipt_that_is_late_holds_the_feedback_until_it_comes(
    answered: Callable, world: World, village: Workspace
) -> None:
    """O16: feedback before the acknowledgement waits."""
    workspace = answered(misdeeds={"receipt_late": 1.0})
    [line] = receive(workspace, load).feedback.waiting
    assert "O16: 40 rows answer a list that BOSS has not acknowledged yet" in line
    respond(village, "202509", world=with_manners(world, misdeeds={"receipt_late": 1.0}))
    report = receive(later(village, "2025-11-04T08:00"), load)
    assert report.applied == [f"r_{LIST}.verf"]
    assert [one.period for one in report.feedback.loaded] == ["202509", "202510"]


def test_O12_receipts_sent_twice_change_nothing(answered: Callable, world: World, village: Workspace) -> None:
    manners = {"misdeeds": {"receipt_twice": 1.0}}
    receive(answered(**manners), load)
    respond(village, "202509", world=with_manners(world, **manners))
    report = receive(later(village, "2025-11-04T08:00"), load)
    assert (report.again, report.disputed) == ([f"f_{LIST}_001.verf"], [])


def test_O18_late_wrong_and_repeated_feedback_comes_out_right_in_the_end(
    village: Workspace, world: World, before: State, send: Callable
) -> None:
    """The last version wins by feedback number, whatever was late, sent twice or corrected."""
    send("31001", retention(before, active(before, 60)))
    send("33001", care(before, active(before, 60, start=60)))
    send("32001", survey(before, active(before, 6, start=120)), "20250908")
    said = {}
    for name, manners in (("plain", {}), ("sloppy", {"late": 0.4, "duplicated": 0.4, "corrected": 0.4})):
        copy = village if name == "sloppy" else _copy(village)
        numbers = Counter()
        for month in (MONTH, "202509", "202510"):
            respond(copy, month, world=with_manners(world, **manners))
            receive(later(copy, "2026-01-04T08:00"), load)
            numbers[month] = feedback(copy, "retention_feedback").num_rows
        units = ("retention_feedback", "care_feedback", "survey_feedback")
        said[name] = {unit: feedback(copy, unit).drop_columns(["feedback_no"]) for unit in units}
        assert numbers[MONTH] < 60 if name == "sloppy" else numbers[MONTH] == 60
    for unit, table in said["plain"].items():
        assert table.num_rows == (6 if unit == "survey_feedback" else 60)
        same = [name for name in table.column_names if "pseudonym" not in name]
        assert _sorted(said["sloppy"][unit].select(same)) == _sorted(table.select(same))


def _copy(village: Workspace) -> Workspace:
    import shutil

    from bassboss_lib.workspace import open_workspace

    target = village.root.with_name("plain")
    shutil.copytree(village.root, target)
    return open_workspace(target, "2025-09-04T08:00")


def _sorted(table: object) -> list[str]:
    return sorted(str(row) for row in table.to_pylist())  # type: ignore[attr-defined]


def test_a_hostile_boss_never_stops_the_loop(village: Workspace, before: State, send: Callable) -> None:
    """Whatever it sends, receipts are taken or put aside, and nothing but `InputRefused` comes out."""
    send("31001", retention(before, active(before, 30)))
    for month, now in ((MONTH, "2025-11-04T08:00"), ("202509", "2025-12-04T08:00")):
        respond(village, month, personality="hostile")
        try:
            receive(later(village, now), load)
        except InputRefused as error:
            assert error.exit_code in (3, 4)
    with Ledger(village.ledger) as ledger:
        assert len(ledger.rows("SELECT * FROM receipt WHERE state = 'quarantined'")) >= 1
