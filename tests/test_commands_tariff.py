from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bassboss_lib.cli import app
from bassboss_lib.rating import read_catalogue, terms
from tests.conftest import call, customer

SHIPPED = Path(__file__).parent.parent / "bassboss_lib" / "boss" / "plans.yaml"


@pytest.fixture
def run(workspace, monkeypatch):
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(workspace.root))
    return lambda *words: CliRunner().invoke(app, ["tariff", *words])


@pytest.fixture
def delivered(put) -> None:
    catalogue = read_catalogue(SHIPPED)
    about = {"valid_from": date(2025, 1, 1), "valid_to": None}
    rows = [
        {"plan_id": plan.id, "name": plan.id, "brand": plan.brand, **about, "terms": terms(catalogue, plan)}
        for plan in catalogue.plans
    ]
    put("plan", "202610", rows)
    put("customer", "202610", [customer("p1")])
    use = [
        call("p1", "2026-10-12T10:00:00", duration_s=900),
        call("p1", "2026-10-12T11:00:00", duration_s=61),
        call("p1", "2026-10-12T22:00:00", duration_s=60),
        call("p1", "2026-10-13T10:00:00", kind="data", other_operator=None, volume_bytes=401 << 20, duration_s=5),
    ]
    put("cdr", "202610", [*use, call("p2", "2026-10-12T10:00:00")])


def test_check_says_what_is_there_and_what_is_wrong(run, tmp_path) -> None:
    good = run("check", str(SHIPPED))
    assert good.exit_code == 0
    assert "plans.yaml: 11 plans, nothing to mend" in good.output
    path = tmp_path / "plans.yaml"
    path.write_text(SHIPPED.read_text(encoding="utf-8").replace('amount: "58.00"', "amount: 58.00"), encoding="utf-8")
    bad = run("check", str(path))
    assert bad.exception is not None
    assert "plans.G058.fee.amount: must be a decimal in quotes" in str(bad.exception)


def test_show_and_diff_speak_of_the_plans_delivered(run, delivered) -> None:
    shown = run("show", "S018", "--language", "en")
    assert "EasyOwn 18 (S018), prepaid." in shown.output
    table = run("diff", "G058", "G088", "--language", "en").output
    assert "v.nat" in table
    assert "v.roam" not in table
    assert "no plan 'X'" in str(run("show", "X").exception)


def test_a_bill_is_itemised_to_the_fen(run, delivered) -> None:
    told = run("bill", "S018", "--customer", "p1", "--language", "en")
    lines = [line.split()[0] for line in told.output.splitlines() if line.strip()]
    # 15 of 15 minutes; then 2 minutes at .42; a night minute at .30; the 401st MB, in steps of 100 KB, at .05 a MB
    assert lines == ["18.00", "0.84", "0.30", "0.05", "19.19"]
    assert "no call record" in str(run("bill", "S018", "--customer", "p9").exception)
