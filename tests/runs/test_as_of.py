from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bassboss_lib.errors import CallError
from bassboss_lib.ledger import Ledger
from bassboss_lib.runs import as_of, prepare, record, spanned, up_to
from bassboss_lib.warehouse import partitions, versions
from bassboss_lib.workspace import AS_OF, AsOf, open_workspace
from tests.runs.tiny import FINISH, notebook, workspace_of


@pytest.fixture
def workspace(tmp_path):
    return workspace_of(tmp_path / "work", "202607", "202608", "202609")


def part(workspace, table, month, name="part-00.parquet"):
    path = workspace.warehouse / table / f"month={month}" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"name": [name]}), path)
    return path


def built(workspace, code, period, rr, at):
    with Ledger(workspace.ledger) as ledger:
        ledger.execute(
            "INSERT INTO delivery VALUES (?, 'in', ?, '10000', ?, 'i', ?, 'accepted', 'x', ?, 'counts', 1, 1, 0)",
            (f"in-{code}-10000-{period}-{rr:02d}", code, period, rr, at),
        )


@pytest.mark.parametrize("text", ["202613..202702", "202601..", "..202601", "2026..2027"])
def test_an_end_that_is_no_month_is_refused(text):
    with pytest.raises(CallError, match="is not a month"):
        spanned(text)


def test_a_span_backwards_is_refused_with_the_right_one():
    with pytest.raises(CallError, match=r"202606 lies after 202601.*next: write 202601\.\.202606"):
        spanned("202606..202601")


def test_R16_as_of_a_month_nothing_later_is_there(workspace):
    for month in ("202607", "202608", "202609"):
        part(workspace, "cdr", month)
    limited = replace(workspace, as_of=AsOf("202608", {}))
    assert partitions.months(limited, "cdr") == ["202607", "202608"]
    assert partitions.newest_month(limited) == "202608"
    assert [path.parent.name for path in partitions.paths(limited, "cdr", ["202608", "202609"])] == ["month=202608"]


def test_R16_what_comes_by_the_day_counts_up_to_the_clock(workspace):
    for day in ("08", "09", "10"):
        part(workspace, "do_not_contact", "202609", f"part-{day}-00.parquet")
    then = replace(workspace, now=datetime(2026, 9, 9, 8), as_of=AsOf("202608", {}))
    assert partitions.months(then, "do_not_contact") == ["202609"]
    found = [path.name for path in partitions.paths(then, "do_not_contact", ["202609"])]
    assert found == ["part-08-00.parquet", "part-09-00.parquet"]
    before = replace(then, now=datetime(2026, 8, 31, 8))
    assert partitions.months(before, "do_not_contact") == []


def test_R16_a_month_that_never_ran_is_seen_on_its_due_day_in_the_versions_of_then(workspace):
    part(workspace, "customer", "202607", "part-01.parquet")
    part(workspace, "customer", "202608", "part-01.parquet")
    built(workspace, "01002", "202607", 0, "2026-08-03T06:00:00")
    built(workspace, "01002", "202607", 1, "2026-08-20T06:00:00")  # after the due day of 202607, before that of 202608
    built(workspace, "01002", "202608", 1, "2026-10-20T06:00:00")  # after both
    july = as_of(workspace, "202607", ["10_one"])
    assert (july.now, july.as_of.month) == (datetime(2026, 8, 10, 8), "202607")
    assert july.as_of.known["customer"] == {"202607": 0}
    august = as_of(workspace, "202608", ["10_one"])
    assert august.as_of.known["customer"] == {"202607": 1, "202608": 0}


def test_R16_a_month_that_ran_is_seen_as_its_first_complete_run_saw_it(workspace, tmp_path):
    task = prepare(str(notebook(tmp_path / "notebooks", "10_one", FINISH)), tmp_path)[0]
    first = replace(workspace, now=datetime(2026, 9, 3, 7))
    with Ledger(workspace.ledger) as ledger:
        for state, at in (("FAILED", first.now), ("DONE", first.now), ("DONE", workspace.now)):
            row = record.begin(ledger, at, task.notebook, "202608", task.resolved)
            versions.remember(workspace, ledger, row.id, "202608")
            record.end(ledger, row, at, state)
    part(workspace, "customer", "202607", "part-03.parquet")
    then = as_of(workspace, "202608", ["10_one", "11_two"])
    assert then.now == first.now
    assert then.as_of.known["customer"] == {"202607": 0, "202608": 0}
    assert as_of(workspace, "202608", ["12_other"]).now == datetime(2026, 9, 10, 8)


def test_the_future_is_no_then(workspace):
    early = replace(workspace, now=datetime(2026, 10, 2, 8))
    assert as_of(early, "202609", ["10_one"]).now == early.now


def test_an_old_month_is_run_without_what_is_later_and_the_newest_as_it_is(workspace):
    assert up_to(workspace, "202608").as_of == AsOf("202608", {})
    for month in ("202609", "202612", "", "nonsense"):
        assert up_to(workspace, month).as_of is None


def test_the_limits_reach_the_kernel_by_a_file(workspace, tmp_path, monkeypatch):
    (tmp_path / "limits.json").write_text('{"month": "202608", "known": {"customer": {"202608": 0}}}')
    monkeypatch.setenv(AS_OF, str(tmp_path / "limits.json"))
    assert open_workspace(workspace.root).as_of == AsOf("202608", {"customer": {"202608": 0}})
