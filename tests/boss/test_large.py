from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bassboss_lib.boss import World, deliver, deliver_replicated, large
from bassboss_lib.boss.large import write_large
from bassboss_lib.boss.settling import cdr_blocks
from bassboss_lib.boss.state import State
from bassboss_lib.contracts import unit
from bassboss_lib.errors import CallError
from bassboss_lib.exchange import write_delivery
from bassboss_lib.exchange.manifest import parse
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace

HOW = {"province": "10000", "created": datetime(2025, 9, 3, 2)}


@pytest.mark.parametrize("rows_at_once", [1000, 1 << 20])
def test_blocks_say_what_one_table_says(
    world: World, town: list[State], tmp_path: Path, rows_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "ROWS_AT_ONCE", rows_at_once)
    some = town[0].rows(slice(0, 200))
    whole = pa.concat_tables(cdr_blocks(world, some))
    (tmp_path / "one").mkdir()
    one = write_delivery(tmp_path / "one", unit("cdr"), "202508", whole, form="parquet", **HOW)
    parts = [whole.slice(start, 700) for start in range(0, whole.num_rows, 700)]
    other = write_large(tmp_path / "other", unit("cdr"), "202508", parts, **HOW)
    assert [file.name for file in one] == [file.name for file in other]
    assert pq.read_table(other[0], partitioning=None).cast(whole.schema).equals(whole)
    said, told = (parse(files[1].read_bytes(), "manifest") for files in (one, other))
    assert (said.totals, said.key_hash, said.resources[0].rows) == (told.totals, told.key_hash, told.resources[0].rows)
    assert len(other[2].read_bytes()) == 104


def test_a_month_with_parquet_and_a_replicated_one_are_taken_in(workspace: Workspace) -> None:
    deliver(workspace, "202508", customers=200, seed=3, cdr_form="parquet")
    files = deliver_replicated(workspace, "202508", 2)
    assert sum(file.suffix == ".parquet" for file in files) == 1
    report = ingest(workspace)
    loaded = {one.unit: one for one in report.loaded}
    assert loaded["cdr"].quarantined == loaded["customer"].quarantined == 0
    assert loaded["customer"].rows > 400


def test_faults_are_planted_in_text_only(workspace: Workspace) -> None:
    with pytest.raises(CallError, match="planted in text"):
        deliver(workspace, "202508", customers=200, seed=3, cdr_form="parquet", fault=["I03"])
