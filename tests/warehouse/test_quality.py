from collections.abc import Callable

import pandas as pd
import pytest

from bassboss_lib.errors import GateRefused, InputRefused
from bassboss_lib.ledger import Ledger
from bassboss_lib.warehouse.quality import check, deliveries, figures, history, history_until, refuse_blocked
from bassboss_lib.warehouse.quality_rules import rules
from bassboss_lib.workspace import Workspace
from tests.conftest import call, customer


def _bill(pseudonym: str, fen: int, item: str = "0101") -> dict:
    return {"pseudonym": pseudonym, "month": "202610", "fee_item": item, "receivable_fen": fen, "discount_fen": 0}


@pytest.fixture
def delivered(workspace: Workspace, put: Callable[..., None]) -> Workspace:
    put("customer", "202609", [customer("a"), customer("b")])
    put("cdr", "202609", [call("a", "2026-09-01T08:00:00"), call("a", "2026-09-01T09:00:00")])
    put("bill_item", "202609", [_bill("a", 8000), _bill("b", 8000)])
    twin = {"number_pseudonym": "n-a"}
    put("customer", "202610", [customer("a"), customer("b", **twin), customer("gone", status="2010", **twin)])
    put("bill_item", "202610", [_bill("a", 9000), _bill("b", 10000), _bill("nobody", 500)])
    put("cdr", "202610", [call("a", "2026-10-01T08:00:00"), call("a", "2026-10-01T09:00:00", kind="data")])
    check(workspace, "202609")
    return workspace


def _verdicts(workspace: Workspace) -> dict[str, dict]:
    return check(workspace, "202610").set_index("rule").to_dict("index")


def test_figures_are_judged_against_their_band(delivered: Workspace) -> None:
    verdicts = _verdicts(delivered)
    found = {rule: (verdicts[rule]["judged"], verdicts[rule]["verdict"]) for rule in ("Q010", "Q011", "Q012", "Q022")}
    assert found == {
        "Q010": (pytest.approx(1 / 3), "fail"),
        "Q011": (6500.0, "pass"),
        "Q012": (pytest.approx(19500 / 16000 - 1), "fail"),
        "Q022": (0.5, "pass"),
    }


def test_a_number_held_twice_counts_only_in_the_network(delivered: Workspace) -> None:
    assert _verdicts(delivered)["Q002"]["figure"] == pytest.approx(1 / 2)


def test_without_a_month_before_there_is_nothing_to_compare(delivered: Workspace) -> None:
    first = check(delivered, "202609").set_index("rule")["verdict"]
    assert (first["Q001"], first["Q012"], first["Q011"]) == ("unknown", "unknown", "pass")


def test_months_before_that_were_never_judged_are_judged_first(delivered: Workspace) -> None:
    (delivered.warehouse / "quality/month=202609/part-00.parquet").unlink()
    assert _verdicts(delivered)["Q001"]["previous"] == 2
    assert len(history(delivered, ["202609"])) == len(rules())


def test_a_check_says_which_months_it_judges(delivered: Workspace) -> None:
    told: list[tuple[int, int, str]] = []
    check(delivered, "202610", progress=lambda *one: told.append(one))
    assert told == [(0, 1, "202610")]
    (delivered.warehouse / "quality/month=202609/part-00.parquet").unlink()
    check(delivered, "202610", progress=lambda *one: told.append(one))
    assert told[1:] == [(0, 2, "202609"), (1, 2, "202610")]


def test_blocking_rules_refuse_the_month(delivered: Workspace) -> None:
    with pytest.raises(GateRefused, match=r"quality refused 202610: .*Q002.*Q010.* \| where: \d+ of") as caught:
        refuse_blocked(check(delivered, "202610"), "202610")
    assert caught.value.exit_code == 5


def test_verdicts_are_kept_for_every_month(delivered: Workspace) -> None:
    check(delivered, "202610")
    kept = history_until(delivered, "202610", 15)
    assert kept.groupby("month").size().to_dict() == {"202609": len(rules()), "202610": len(rules())}


def test_result_figures_count_rules_and_rows(delivered: Workspace) -> None:
    counted, _, rows = figures(check(delivered, "202610"), deliveries(delivered, "202610"))
    counts = ("rules_passed", "rules_failed", "rules_unknown", "rules_waived")
    assert sum(counted[name] for name in counts) == len(rules())
    assert 0 <= counted["score_lowest"] < 100
    assert rows == {"rows": 0, "loaded": 0, "quarantined": 0}


def test_a_month_without_deliveries_is_refused(workspace: Workspace) -> None:
    with pytest.raises(InputRefused, match="nothing of this month"):
        check(workspace, "202610")


def _delivery(workspace: Workspace, unit: str, period: str, made: str) -> None:
    values = (f"in-{unit}-{period}", "in", unit, "10000", period, "i", 0, "accepted", "", made, "counts only", 1)
    with Ledger(workspace.ledger) as ledger:
        ledger.execute(
            "INSERT INTO delivery (id, direction, unit, province, period, mode, rr, state, content_sha256, built_at, "
            "integrity, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )


def test_timeliness_counts_days_after_the_due_day(delivered: Workspace) -> None:
    _delivery(delivered, "01002", "202609", "2026-10-12T02:00:00")
    _delivery(delivered, "03004", "202609", "2026-10-09T02:00:00")
    late = check(delivered, "202609").set_index("rule")
    assert late.loc[["T001", "T005"], "figure"].tolist() == [2.0, -1.0]
    assert late.loc[["T001", "T005"], "verdict"].tolist() == ["fail", "pass"]


def test_a_delivery_that_never_came_is_late_by_the_clock(delivered: Workspace) -> None:
    _delivery(delivered, "01002", "202609", "2026-10-03T02:00:00")
    assert check(delivered, "202609").set_index("rule").loc["T008", "figure"] == 24.0


def test_a_delivery_that_is_not_due_is_not_judged(delivered: Workspace) -> None:
    _delivery(delivered, "01002", "202610", "2026-11-03T02:00:00")
    assert check(delivered, "202610").set_index("rule").loc["T008", "verdict"] == "unknown"


def test_scores_and_verdicts_name_no_person(delivered: Workspace) -> None:
    text = pd.DataFrame(check(delivered, "202610")).to_csv()
    assert "nobody" not in text
    assert "n-a" not in text
