from collections.abc import Callable

import pandas as pd
import pytest

from bassboss_lib.errors import CallError, GateRefused, InputRefused
from bassboss_lib.warehouse.quality import check, deliveries, figures, history_until, refuse_blocked, rules
from bassboss_lib.workspace import Workspace
from tests.conftest import call, customer


def _bill(pseudonym: str, fen: int) -> dict:
    return {"pseudonym": pseudonym, "month": "202610", "fee_item": "0101", "receivable_fen": fen, "discount_fen": 0}


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
    assert _verdicts(delivered)["Q002"]["figure"] == pytest.approx(1 / 3)


def test_without_a_month_before_there_is_nothing_to_compare(delivered: Workspace) -> None:
    first = check(delivered, "202609").set_index("rule")["verdict"]
    assert (first["Q001"], first["Q012"], first["Q011"]) == ("unknown", "unknown", "pass")


def test_blocking_rules_refuse_the_month(delivered: Workspace) -> None:
    with pytest.raises(GateRefused, match=r"source quality refused 202610: Q001, Q002, Q010 \| where: 3 of") as caught:
        refuse_blocked(check(delivered, "202610"), "202610")
    assert caught.value.exit_code == 5


def test_verdicts_are_kept_for_every_month(delivered: Workspace) -> None:
    check(delivered, "202610")
    kept = history_until(delivered, "202610", 15)
    assert kept.groupby("month").size().to_dict() == {"202609": len(rules()), "202610": len(rules())}


def test_result_figures_count_rules_and_rows(delivered: Workspace) -> None:
    counted, _, rows = figures(check(delivered, "202610"), deliveries(delivered, "202610"))
    assert sum(counted.values()) == len(rules())
    assert rows == {"rows": 0, "loaded": 0, "quarantined": 0}


def test_a_month_without_deliveries_is_refused(workspace: Workspace) -> None:
    with pytest.raises(InputRefused, match="nothing of this month"):
        check(workspace, "202610")


def test_a_wrong_rule_names_file_and_key(tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("- {id: X, unit: cdr, figur: rows}", encoding="utf-8")
    with pytest.raises(CallError, match=r"mine\.yaml"):
        rules(path)


def test_every_shipped_rule_speaks_both_languages_and_has_an_edge() -> None:
    frame = pd.DataFrame([rule.model_dump() for rule in rules()])
    assert frame["id"].is_unique
    assert (frame["zh"].str.len() > 0).all()
    assert (frame["en"].str.len() > 0).all()
    assert frame[["low", "high"]].notna().any(axis=1).all()
