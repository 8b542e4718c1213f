import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from bassboss_lib import flow
from bassboss_lib.errors import BassbossError, GateRefused
from bassboss_lib.runs import Choice
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace
from tests.monthly_world import MONTH, delivered_world, open_world

pytestmark = pytest.mark.notebooks

# The layout of unit 31001 as the interface states it, written down apart from the library.
WIDTHS = [16, 6, 14, 20, 15, 60, 8, 200, 10, 8, 10, 2, 8, 4, 300, 200, 8, 8]
RECORD_BYTES = 907


def parse_31001(content: bytes) -> list[list[str]]:
    """Read the retention list by its published layout, with nothing of the library."""
    assert len(content) % RECORD_BYTES == 0
    rows = []
    for place in range(0, len(content), RECORD_BYTES):
        record = content[place : place + RECORD_BYTES]
        assert record.endswith(b"\r\n")
        assert int(record[:8]) == len(rows) + 1
        fields, start = [], 8
        for width in WIDTHS:
            fields.append(record[start : start + width].decode("gb18030").rstrip(" "))
            start += width
        assert start == RECORD_BYTES - 2
        rows.append(fields)
    return rows


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = delivered_world(tmp_path_factory.mktemp("monthly") / "work")
    flow.run_target(workspace, "monthly", {"month": MONTH})
    yield workspace
    shutil.rmtree(workspace.root)


def _result(workspace: Workspace, stem: str) -> dict:
    [path] = workspace.runs.glob(f"{MONTH}/{stem}/*/result.json")
    return json.loads(path.read_text(encoding="utf-8"))


def _list_files(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(workspace.outbox.glob("*_31001_*"))}


def test_the_training_page_has_the_figures_that_others_read(world: Workspace) -> None:
    result = _result(world, "10_retention_train")
    names = "auc pr_auc lift_1pct lift_5pct lift_10pct log_loss log_loss_constant brier calibration_slope"
    assert set(names.split()) <= set(result["figures"])
    assert 0.6 < result["figures"]["auc"] < 0.95
    assert result["intervals"]["auc"][0] < result["figures"]["auc"] < result["intervals"]["auc"][1]
    assert result["rows"]["train_positives"] > 20


def test_the_list_reads_back_as_it_was_meant(world: Workspace) -> None:
    files = _list_files(world)
    stem = f"i_10000_{MONTH}_31001_00"
    assert set(files) == {f"{stem}_001.dat", f"{stem}.json", f"{stem}.verf"}
    content = files[f"{stem}_001.dat"]
    rows = parse_31001(content)
    said = _result(world, "11_retention_list")["figures"]
    assert len(rows) == said["listed"] > 20
    line = files[f"{stem}.verf"]
    assert len(line) == 104
    assert line[:40].strip() == f"{stem}_001.dat".encode()
    assert (int(line[40:60]), int(line[60:80])) == (len(content), len(rows))
    probability, arpu = [float(row[12]) for row in rows], [int(row[8]) for row in rows]
    stake = [p * fen for p, fen in zip(probability, arpu, strict=True)]
    assert all(one >= next_one - 0.01 for one, next_one in pairwise(stake))
    assert [int(row[17]) for row in rows] == list(range(1, len(rows) + 1))
    assert all(0.05 <= p <= 1 and row[13].startswith("R") and row[14] for p, row in zip(probability, rows, strict=True))
    known = {row["customer_id"]: row for row in Vault(world).identities(MONTH).to_pylist()}
    assert all((known[row[3]]["msisdn"], known[row[3]]["name"]) == (row[4], row[5]) for row in rows)


def test_S08_no_number_or_name_leaves_the_vault_but_in_the_list(world: Workspace) -> None:
    people = Vault(world).identities(MONTH).to_pylist()
    secrets = {row["msisdn"] for row in people} | {row["customer_id"] for row in people}
    names = {row["name"] for row in people if len(row["name"]) >= 3}
    employers = {row["employer"] for row in people if row["employer"]}
    looked_at = [path for path in world.runs.rglob("*") if path.suffix in (".ipynb", ".html", ".json", ".log")]
    looked_at += [world.index, *world.models.rglob("*.json")]
    assert len(looked_at) > 10
    for path in looked_at:
        text = re.sub(r"[A-Za-z0-9+/=]{200,}", "", path.read_text(encoding="utf-8"))
        assert not [secret for secret in secrets if re.search(rf"(?<!\d){secret}(?!\d)", text)], path
        assert not [name for name in names | employers if name in text], path


def test_the_same_month_again_changes_no_byte_and_sends_nothing_new(world: Workspace) -> None:
    before, models = _list_files(world), sorted(path.name for path in world.models.glob("*/*"))
    flow.run_target(world, "monthly", {"month": MONTH}, choice=Choice(force=True))
    assert _list_files(world) == before
    assert sorted(path.name for path in world.models.glob("*/*")) == models


def test_the_ledger_remembers_runs_deliveries_and_the_champion(world: Workspace) -> None:
    with sqlite3.connect(f"file:{world.ledger}?mode=ro", uri=True) as ledger:
        last = dict(ledger.execute("SELECT notebook, state FROM run ORDER BY rowid"))  # a step may be tried again
        steps = ("00_source_quality", "10_retention_train", "11_retention_list", "20_care_segment", "21_care_list")
        assert last == dict.fromkeys(steps, "DONE")
        out = ledger.execute("SELECT unit, state FROM delivery WHERE direction = 'out'").fetchall()
        assert sorted(out) == [("31001", "released"), ("33001", "released")]
        champions = ledger.execute("SELECT function, source FROM champion ORDER BY function").fetchall()
        assert champions == [("retention", "boss"), ("segments", "boss")]


def test_no_output_says_a_warning_or_an_error(world: Workspace) -> None:
    for path in world.runs.rglob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            streams = [out for out in cell.get("outputs", []) if out.output_type in ("stream", "error")]
            assert not streams, (path.name, streams)


@pytest.mark.parametrize(("step", "size"), [("publish:2", 30), ("publish:11", 31)])
def test_O01_a_kill_while_the_list_is_written_leaves_nothing_or_a_pair(
    world: Workspace, step: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _list_files(world)
    monkeypatch.setenv("BASSBOSS_FAIL", step)
    with pytest.raises(BassbossError) as caught:
        flow.run_target(world, "11_retention_list", {"month": MONTH, "list_size": size})
    assert caught.value.exit_code == 8
    new = set(_list_files(world)) - set(before)
    assert len(new) == 3 or not any(name.endswith(".verf") for name in new)
    monkeypatch.delenv("BASSBOSS_FAIL")
    flow.run_target(world, "11_retention_list", {"month": MONTH, "list_size": size})
    after = _list_files(world)
    newest = max(name for name in after if name.endswith(".dat"))
    assert len(parse_31001(after[newest])) == size
    assert {name: after[name] for name in before} == before


def test_R19_a_month_without_churners_is_refused_before_training(world: Workspace) -> None:
    (world.root / "settings.yaml").write_text("positives_min: 100000\n")
    changed = open_world_as_it_is(world)
    with pytest.raises(GateRefused, match="R19") as caught:
        flow.run_target(changed, "10_retention_train", {"month": MONTH})
    assert caught.value.exit_code == 5
    open_world(world.root)


def open_world_as_it_is(world: Workspace) -> Workspace:
    from bassboss_lib.workspace import open_workspace

    return open_workspace(world.root, str(world.now))


def test_plain_papermill_works_too(world: Workspace, tmp_path: Path) -> None:
    import papermill

    root = Path(__file__).resolve().parent.parent.parent
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        root / "notebooks" / "00_source_quality.ipynb",
        out,
        parameters={"month": MONTH, "language": "en"},
        progress_bar=False,
    )
    assert list(world.runs.glob(f"{MONTH}/00_source_quality/manual-*/result.json"))
