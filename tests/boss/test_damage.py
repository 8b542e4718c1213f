"""The truth of damage: what is told is what was done to the bytes, fault by fault."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bassboss_lib.boss import deliver, truth
from bassboss_lib.boss.damage import changes, damaged, note
from bassboss_lib.boss.faults import FAULTS
from bassboss_lib.workspace import Workspace

CDR = "s_10000_202508_04008_00"
MONTH = "202508"


def told(workspace: Workspace, fault: str) -> list[tuple]:
    deliver(workspace, MONTH, customers=60, seed=3, fault=[fault])
    rows = damaged(workspace, MONTH).to_pylist()
    assert {row["fault"] for row in rows} == {fault.partition(":")[0]}
    return [(row["unit"], row["file"], row["line"], row["what"]) for row in rows]


def test_an_undamaged_month_has_no_damage(workspace: Workspace) -> None:
    deliver(workspace, MONTH, customers=60, seed=3)
    assert damaged(workspace, MONTH).num_rows == 0


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("I01", ("cdr", f"{CDR}.verf", 0, "left out")),
        ("I02", ("cdr", f"{CDR}_001.dat", 0, "left out")),
        ("I06", ("cdr", f"{CDR}.verf", 0, "changed")),
        ("I07", ("cdr", f"{CDR}.json", 0, "changed")),
        ("I08", ("cdr", f"{CDR}_001.dat", 1, "changed")),
        ("I10", ("cdr", f"{CDR}_001.dat", 0, "the same bytes once more")),
        ("I27", ("cdr", f"{CDR}_001.dat", 0, "rows of the month before")),
    ],
)
def test_I01_to_I27_the_file_or_row_that_was_damaged_is_told(workspace: Workspace, fault: str, expected: tuple) -> None:
    assert told(workspace, fault) == [expected]


def test_I19_every_spoilt_row_is_told(workspace: Workspace) -> None:
    rows = told(workspace, "I19")
    lines = (workspace.inbox / f"{CDR}_001.dat").read_bytes().splitlines()
    spoilt = [at for at, line in enumerate(lines, start=1) if line.endswith(b"$x")]
    assert [line for _, name, line, _ in rows if name.endswith(".dat")] == spoilt
    assert len(spoilt) > 10
    kept = truth_of_damage(workspace)
    assert kept["line"].to_pylist() == [0, *spoilt]  # the manifest agrees with the content


def truth_of_damage(workspace: Workspace) -> pa.Table:
    truth(workspace, MONTH)
    return pq.read_table(workspace.boss / "truth" / f"month={MONTH}" / "damaged.parquet", partitioning=None)


def test_I26_rows_left_out_and_I23_a_row_added(workspace: Workspace) -> None:
    half = told(workspace, "I26:bill_item")
    assert [what for unit, _, line, what in half if unit == "bill_item" and line == 0][-1].endswith("left out")
    again = [row for row in told_of(workspace, "I23:payment") if row[1].endswith(".dat")]
    count = (workspace.inbox / "s_10000_202508_03006_00_001.dat").read_bytes().count(b"\n")
    assert again == [("payment", "s_10000_202508_03006_00_001.dat", count, "added")]


def told_of(workspace: Workspace, fault: str) -> list[tuple]:
    deliver(workspace, MONTH, fault=[fault])
    rows = damaged(workspace, MONTH).to_pylist()
    kept = [row for row in rows if row["fault"] == fault.partition(":")[0]]
    return [(row["unit"], row["file"], row["line"], row["what"]) for row in kept]


def test_I30_a_link_and_I32_another_file_are_told_as_a_whole(workspace: Workspace) -> None:
    assert (f"{CDR}_001.dat", 0, "changed") in [row[1:] for row in told(workspace, "I30")]
    (workspace.inbox / f"{CDR}_001.dat").unlink()
    crafted = [row[1:] for row in told_of(workspace, "I32")]
    assert (f"{CDR}_001.parquet", 0, "sent instead") in crafted
    assert (f"{CDR}_001.dat", 0, "left out") in crafted


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_no_fault_goes_unnoted(workspace: Workspace, fault: str) -> None:
    assert told(workspace, fault)


def test_the_same_fault_again_replaces_its_note(workspace: Workspace) -> None:
    for what in ("changed", "left out"):
        note(workspace, MONTH, "cdr", "I05", [("a.dat", 1, what)])
    assert damaged(workspace, MONTH)["what"].to_pylist() == ["left out"]
    assert changes({Path("a.verf"): b"x"}, {Path("a.verf"): b"y"}) == [("a.verf", 0, "changed")]
