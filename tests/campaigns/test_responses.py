from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pytest

from bassboss_lib.campaigns import leaks, responses
from bassboss_lib.campaigns.memory import assignments, outcomes, remember_assignments, remember_outcomes
from bassboss_lib.contracts import unit
from bassboss_lib.engine import write_table
from bassboss_lib.errors import LedgerMismatch
from bassboss_lib.exchange.quarantine import COLUMNS
from bassboss_lib.ledger import Ledger
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

CAMPAIGN = "R202610-01"
Put = Callable[..., None]


def row(pseudonym: str, number: int = 1, **changes: object) -> dict:
    said = {
        "campaign_id": CAMPAIGN,
        "pseudonym": pseudonym,
        "handled": "2",
        "offer": "O01",
        "handled_on": pd.Timestamp("2026-11-05").date(),
        "opinion": "话费太贵",
        "active_3m": None,
        "feedback_no": number,
    }
    return said | changes


def test_O18_the_last_correction_counts_and_history_stays(workspace: Workspace, put: Put) -> None:
    put("retention_feedback", "202611", [row("a", 1, handled="1"), row("a", 2, handled="3"), row("b", 1)])
    found = responses(workspace, CAMPAIGN, "202610", "202611")
    assert found.rows.loc["a", "handled"] == "3"
    assert found.counts == {
        "answers": 2, "versions": 3, "corrected": 1, "duplicate": 0, "contradictory": 0, "late": 0
    }  # fmt: skip


def test_O18_a_row_said_twice_is_a_duplicate_and_one_that_differs_contradicts(workspace: Workspace, put: Put) -> None:
    put("retention_feedback", "202611", [row("a"), row("a"), row("b"), row("b", handled="0")])
    counts = responses(workspace, CAMPAIGN, "202610", "202611").counts
    assert (counts["duplicate"], counts["contradictory"], counts["answers"]) == (1, 1, 2)


def test_who_left_cannot_be_active_again(workspace: Workspace, put: Put) -> None:
    put(
        "retention_feedback", "202611", [row("a", active_3m="101"), row("b", active_3m="110"), row("c", active_3m="11")]
    )
    assert responses(workspace, CAMPAIGN, "202610", "202611").counts["contradictory"] == 1


def test_the_later_delivery_wins_and_an_answer_a_month_late_is_counted(workspace: Workspace, put: Put) -> None:
    put("retention_feedback", "202611", [row("a", 1, handled="0")])
    put("retention_feedback", "202612", [row("a", 1, handled="3"), row("b")])
    found = responses(workspace, CAMPAIGN, "202610", "202612")
    assert found.rows.loc["a", "handled"] == "3"
    assert found.counts["late"] == 1
    then = responses(workspace, CAMPAIGN, "202610", "202611")
    assert then.rows.loc["a", "handled"] == "0"
    assert len(then.rows) == 1


def test_another_campaigns_answers_are_not_ours(workspace: Workspace, put: Put) -> None:
    put("retention_feedback", "202611", [row("a"), row("b", campaign_id="R202609-01")])
    assert responses(workspace, CAMPAIGN, "202610", "202611").rows.index.tolist() == ["a"]


def test_nothing_answered_is_no_error(workspace: Workspace) -> None:
    found = responses(workspace, CAMPAIGN, "202610", "202611")
    assert found.counts["answers"] == 0
    assert found.rows.empty


def line(customer: str, handled: str) -> str:
    widths = {field.name: field.width for field in unit("retention_feedback").fields}
    said = {"campaign_id": CAMPAIGN, "analysis_month": "202610", "customer_id": customer, "handled": handled}
    return f"{1:<8}" + "".join(f"{said.get(name, ''):<{width}}" for name, width in widths.items())


def test_O17_a_control_that_boss_handled_is_found_in_quarantine(workspace: Workspace) -> None:
    people = ["0000000001", "0000000002", "0000000003"]
    known = Vault(workspace).pseudonyms(people).to_pylist()
    lines = [line(people[0], "2"), line(people[1], "0"), line(people[2], "3")]
    rows = [
        {"unit": "retention_feedback", "month": "202611", "file": "x", "line": n, "field": 3, "code": "31002037",
         "raw_line": text}
        for n, text in enumerate(lines, start=1)
    ]  # fmt: skip
    path = workspace.quarantine / "retention_feedback" / "month=202611" / "part-00.parquet"
    write_table(pa.Table.from_pylist(rows, schema=COLUMNS), path, [])
    found = leaks(workspace, CAMPAIGN, pd.Index(known[:2]), "202612")
    assert [(leak.campaign, leak.month, leak.customers) for leak in found] == [(CAMPAIGN, "202611", 1)]
    assert leaks(workspace, CAMPAIGN, pd.Index(known), "202610") == []


def listed(*arms: str) -> pd.DataFrame:
    index = pd.Index([f"p{place}" for place in range(len(arms))], name="pseudonym")
    return pd.DataFrame({"arm": list(arms), "p_listed": 0.8}, index=index)


def test_assignments_are_kept_by_version_and_the_same_again_is_nothing_new(workspace: Workspace) -> None:
    rows = listed("listed", "control")
    one = remember_assignments(workspace, "202610", CAMPAIGN, rows)
    assert remember_assignments(workspace, "202610", CAMPAIGN, rows) == one
    other = remember_assignments(workspace, "202610", CAMPAIGN, listed("control", "listed"))
    assert (one.name, other.name) == ("part-00.parquet", "part-01.parquet")
    assert one.exists()
    assert assignments(workspace, "202610")["arm"].tolist() == ["control", "listed"]


def test_outcomes_are_append_only(workspace: Workspace) -> None:
    remember_outcomes(workspace, "202610", CAMPAIGN, listed("listed"), {"late": 0})
    remember_outcomes(workspace, "202610", CAMPAIGN, listed("listed").assign(left=1.0), {"late": 1})
    assert outcomes(workspace, "202610")["left"].tolist() == [1.0]
    with Ledger(workspace.ledger) as ledger:
        assert [row["version"] for row in ledger.rows("SELECT version FROM campaign_part ORDER BY version")] == [0, 1]
        with pytest.raises(Exception, match="append-only"):
            ledger.execute("UPDATE campaign_part SET rows = 0")


def test_altered_assignments_are_refused(workspace: Workspace) -> None:
    path = remember_assignments(workspace, "202610", CAMPAIGN, listed("listed", "control"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(LedgerMismatch, match="altered") as caught:
        assignments(workspace, "202610")
    assert caught.value.exit_code == 10
