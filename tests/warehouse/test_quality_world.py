"""The shipped rules on the stand-in's world: undamaged it passes, and damage planted in it is found."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from bassboss_lib import boss, flow, months
from bassboss_lib.errors import CellFailed, GateRefused
from bassboss_lib.warehouse import ingest, quality
from bassboss_lib.warehouse.partitions import paths
from bassboss_lib.workspace import Workspace, open_workspace

FIRST, LAST = "202609", "202610"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = open_workspace(tmp_path_factory.mktemp("world"), "2026-11-03T08:00")
    for month in (FIRST, LAST):
        boss.deliver(workspace, month, customers=800)
    ingest(workspace)
    return workspace


@pytest.fixture
def damaged(whole: Workspace) -> Iterator[Callable[[str, str], None]]:
    """Replace the rows of a unit of the last month by a query over them (``t``); afterwards all is as before."""
    before: dict[Path, bytes] = {}

    def damage(unit: str, query: str) -> None:
        (path,) = paths(whole, unit, [LAST])
        before.setdefault(path, path.read_bytes())
        spoilt = duckdb.sql(query.replace("FROM t", f"FROM read_parquet('{path}', hive_partitioning = false)"))
        table = spoilt.to_arrow_table().cast(pq.read_schema(path))
        path.unlink()
        pq.write_table(table, path)

    yield damage
    for path, data in before.items():
        path.write_bytes(data)


def _failed(workspace: Workspace) -> set[str]:
    verdicts = quality.check(workspace, LAST)
    return set(verdicts.loc[verdicts["verdict"] == "fail", "rule"])


def test_an_undamaged_world_passes_every_rule(whole: Workspace) -> None:
    verdicts = quality.check(whole, LAST).set_index("rule")
    assert _failed(whole) == set()
    unknown = verdicts[(verdicts["verdict"] == "unknown") & ~verdicts["unit"].str.endswith("_feedback")]
    assert set(unknown["band"]) <= {"sigma"}
    assert verdicts.loc[["Q092", "Q093", "Q096", "Q113", "T012"], "verdict"].tolist() == ["pass"] * 5


@pytest.mark.faults
@pytest.mark.parametrize(
    ("unit", "query", "rules"),
    [
        ("customer", "SELECT * FROM t LIMIT 600", {"Q001", "Q010", "Q015", "Q021"}),
        ("customer", "SELECT * REPLACE ('9000' AS status) FROM t", {"Q005", "Q018"}),
        ("customer", "SELECT * REPLACE (CASE WHEN status = '1010' THEN '2010' ELSE status END AS status, "
         "DATE '2026-10-09' AS status_date) FROM t", {"Q009", "Q013", "Q014", "Q018"}),
        ("customer", "SELECT * REPLACE (min(number_pseudonym) OVER () AS number_pseudonym) FROM t", {"Q002"}),
        ("customer", "SELECT * REPLACE ('P000' AS plan_id) FROM t", {"Q028"}),
        ("customer", "SELECT * REPLACE (join_date - 1 AS status_date) FROM t", {"Q008"}),
        ("customer", "SELECT * REPLACE ('x' AS join_channel, 'x' AS terminal_tac) FROM t", {"Q027", "Q086", "Q087"}),
        ("plan", "SELECT * FROM t UNION ALL SELECT * FROM t", {"Q029", "Q033"}),
        ("bill_item", "SELECT * FROM t UNION ALL SELECT * FROM t", {"Q012", "Q034", "Q038"}),
        ("bill_item", "SELECT * REPLACE (receivable_fen + 100 AS receivable_fen) FROM t", {"Q038", "Q039", "Q043"}),
        ("bill_item", "SELECT * REPLACE (-receivable_fen AS receivable_fen) FROM t", {"Q011", "Q012", "Q035"}),
        ("bill_item", "SELECT * FROM t LIMIT 900", {"Q012", "Q038", "Q045"}),
        ("cdr", "SELECT * FROM t WHERE day(started_at) <> 11", {"Q064", "Q038"}),
        ("cdr", "SELECT * FROM t WHERE day(started_at) <> 11 OR random() < 0.05", {"Q065"}),
        ("cdr", "SELECT * FROM t UNION ALL SELECT * FROM t", {"Q020", "Q066", "Q023", "Q061"}),
        ("cdr", "SELECT * REPLACE (NULL AS other_pseudonym, NULL AS other_operator) FROM t", {"Q048", "Q049"}),
        ("cdr", "SELECT * REPLACE (duration_s * 60 AS duration_s) FROM t", {"Q053", "Q054"}),
        ("cdr", "SELECT * REPLACE (volume_bytes // 1024 AS volume_bytes) FROM t", {"Q061"}),
        ("cdr", "SELECT * REPLACE ('f' || pseudonym[2:] AS pseudonym) FROM t", {"Q021", "Q068"}),
        ("cdr", "SELECT * REPLACE (charge_fen * 100 AS charge_fen) FROM t", {"Q023", "Q038", "Q060"}),
        ("cdr", "SELECT * REPLACE (1 AS charge_fen) FROM t", {"Q058", "Q038"}),
        ("payment", "SELECT * REPLACE (amount_fen * 100 AS amount_fen) FROM t", {"Q031", "Q071", "Q073"}),
        ("payment", "SELECT * REPLACE (-amount_fen AS amount_fen) FROM t", {"Q069", "Q031"}),
        ("payment", "SELECT * REPLACE ('hall' AS channel) FROM t", {"Q072"}),
        ("balance", "SELECT * FROM t UNION ALL SELECT * FROM t", {"Q040", "Q074"}),
        ("balance", "SELECT * REPLACE (-1 - balance_fen AS balance_fen) FROM t", {"Q076"}),
        ("arrears", "SELECT * REPLACE (3 AS months_owed) FROM t", {"Q077"}),
        ("arrears", "SELECT * REPLACE (owed_fen * 100 AS owed_fen) FROM t", {"Q042"}),
        ("customer", "SELECT * FROM t WHERE region <> '临江市城东区' OR random() < 0.5", {"Q092"}),
        ("customer", "SELECT * REPLACE (if(region = '临江市城东区', NULL, terminal_tac) AS terminal_tac) "
         "FROM t", {"Q096"}),
        ("customer", "SELECT * REPLACE (if(region = '青山市城东区', '1031', status) AS status) FROM t", {"Q094"}),
        ("complaint", "SELECT * REPLACE (NULL AS content, NULL AS first_reply_at) FROM t", {"Q083", "Q050"}),
        ("complaint", "SELECT * REPLACE (filed_at - INTERVAL 1 DAY AS closed_at) FROM t", {"Q081"}),
    ],
)  # fmt: skip
def test_planted_damage_is_found(
    whole: Workspace, damaged: Callable[[str, str], None], unit: str, query: str, rules: set[str]
) -> None:
    damaged(unit, query)
    assert rules <= _failed(whole)


def test_what_was_made_in_time_stays_in_time(whole: Workspace) -> None:
    later = replace(whole, now=datetime(2026, 11, 3) + timedelta(days=30))
    assert _failed(later) == set()


@pytest.mark.notebooks
def test_a_blocked_month_stops_the_plan(whole: Workspace, damaged: Callable[[str, str], None]) -> None:
    damaged("cdr", "SELECT * FROM t UNION ALL SELECT * FROM t")
    with pytest.raises((GateRefused, CellFailed)) as caught:
        flow.run_target(whole, "monthly", {"month": LAST})
    assert caught.value.exit_code == 5
    assert "Q066" in caught.value.line()


@pytest.mark.slow
def test_fifteen_undamaged_months_pass_every_rule(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path, "2026-11-03T08:00")
    wanted = months.span("202508", "202610")
    for month in wanted:
        boss.deliver(workspace, month, customers=2000)
    ingest(workspace)
    for month in wanted:
        verdicts = quality.check(workspace, month)
        assert verdicts.loc[verdicts["verdict"] == "fail", "rule"].tolist() == []
