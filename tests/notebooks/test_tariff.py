import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bassboss_lib import boss, flow, months
from bassboss_lib.exchange import receive
from bassboss_lib.tariff.importing import import_usage
from bassboss_lib.tariff.survey import read_survey
from bassboss_lib.vault import Vault, create_key
from bassboss_lib.warehouse.load import load
from bassboss_lib.workspace import Workspace, open_workspace
from tests.tariff.test_importing import MAPPING, written

pytestmark = pytest.mark.notebooks

MONTH = "202510"
# The layout of unit 32001 as the interface states it, written down apart from the library.
WIDTHS = [16, 16, 20, 60, 15, 20, 400, 20, 400, *([20, 14, 4, 12] * 6), 8, 10]
RECORD_BYTES = 1295


def _clock(root: Path, now: str) -> Workspace:
    os.environ["BASSBOSS_WORKSPACE"], os.environ["BASSBOSS_NOW"] = str(root), now
    return open_workspace(root, now)


def _result(workspace: Workspace, month: str, stem: str) -> dict:
    [path] = workspace.runs.glob(f"{month}/{stem}/*/result.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Three months, a rehearsal, a survey, BOSS's answer, the month after, the evaluation."""
    kept = {name: os.environ.get(name) for name in ("BASSBOSS_WORKSPACE", "BASSBOSS_NOW")}
    root = tmp_path_factory.mktemp("tariff") / "work"
    workspace = _clock(root, "2025-11-03T08:00")
    create_key(workspace, b"tests")
    for month in months.span("202508", MONTH):
        boss.deliver(workspace, month, customers=1_000)
    flow.ingest(workspace)
    flow.run_target(workspace, "30_tariff_rehearse", {"month": MONTH})
    flow.run_target(workspace, "31_tariff_survey", {"month": MONTH, "sample_size": 150})
    workspace = _clock(root, "2025-12-03T08:00")
    boss.respond(workspace, MONTH)
    receive(workspace, load)
    boss.deliver(workspace, months.add(MONTH, 1))
    flow.ingest(workspace)
    flow.run_target(workspace, "32_tariff_evaluate", {"month": months.add(MONTH, 1)})
    yield workspace
    for name, value in kept.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def test_the_rehearsal_reproduces_the_bills_and_names_its_revenues(world: Workspace) -> None:
    result = _result(world, MONTH, "30_tariff_rehearse")
    assert result["figures"]["parity_share"] == 1.0
    assert result["figures"]["revenue_current_fen"] > 0
    assert result["figures"]["revenue_D048_fen"] > 0
    assert result["rows"]["left_out"] == 0


def test_the_list_reads_back_by_its_published_layout(world: Workspace) -> None:
    [path] = world.outbox.glob("*_32001_00_001.dat")
    content = path.read_bytes()
    assert sum(WIDTHS) + 10 == RECORD_BYTES
    assert len(content) % RECORD_BYTES == 0
    rows = []
    for place in range(0, len(content), RECORD_BYTES):
        record, fields, start = content[place : place + RECORD_BYTES], [], 8
        assert (int(record[:8]), record[-2:]) == (len(rows) + 1, b"\r\n")
        for width in WIDTHS:
            fields.append(record[start : start + width].decode("gb18030").rstrip(" "))
            start += width
        rows.append(fields)
    survey = read_survey(world, "")
    assert len(rows) == len(survey.asked) <= 150  # each of six strata keeps its share of controls uncalled
    assert len(survey.frame) > 200
    assert len(survey.control) == len(survey.frame) // 3
    assert 130 < len(survey.asked) <= len(survey.frame) - len(survey.control)
    known = {row["customer_id"]: row for row in Vault(world).identities(MONTH).to_pylist()}
    for row in rows:
        assert (known[row[2]]["name"], known[row[2]]["msisdn"]) == (row[3], row[4])
        assert row[6].startswith("月费")
        assert row[8].startswith("月费48元，含12GB流量、60分钟")
        assert row[9] == "月费"
        assert 0 < float(row[-1]) <= 1
    weights = [1 / float(row[-1]) for row in rows]
    assert sum(weights) == pytest.approx(len(survey.frame), rel=1e-6)


def test_the_evaluation_has_the_figures_that_others_read(world: Workspace) -> None:
    result = _result(world, months.add(MONTH, 1), "32_tariff_evaluate")
    figures, intervals = result["figures"], result["intervals"]
    for name in ("take_up", "revenue_change_fen", "wake_up"):
        assert intervals[name][0] <= figures[name] <= intervals[name][1]
    assert figures["take_up"] < figures["naive"]
    assert result["rows"]["answered"] > 30


def test_no_number_or_name_is_on_a_page(world: Workspace) -> None:
    people = Vault(world).identities(MONTH).to_pylist()
    secrets = {row[name] for row in people for name in ("msisdn", "customer_id")}
    for path in world.runs.rglob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert not [secret for secret in secrets if f'"{secret}' in text or f" {secret}" in text], path


def test_the_rehearsal_runs_on_an_operators_own_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = open_workspace(tmp_path / "work", "2026-11-03T08:00")
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(workspace.root))
    users = "".join(f"{n},{20 + n},Rome,01/05/2018,{('surf', 'ultimate')[n % 3 == 0]}\n" for n in range(1, 31))
    calls = "".join(f"x,{n},03/05/2018,{n * 40}.5\n" for n in range(1, 31))
    changes = {"a": "user_id,age,city,reg_date,tariff\n" + users, "b": "id,user_id,call_date,duration\n" + calls}
    import_usage(workspace, MAPPING, written(tmp_path / "in", **changes))
    flow.run_target(workspace, "30_tariff_rehearse", {"source": "megaline"})
    figures = _result(workspace, "none", "30_tariff_rehearse")["figures"]
    assert {"revenue_current_fen", "revenue_surf_fen", "revenue_ultimate_fen"} <= set(figures)
    assert "parity_share" not in figures
