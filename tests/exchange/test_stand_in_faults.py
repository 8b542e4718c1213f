"""Every inbound row of the fault table, done to a delivery of the stand-in BOSS by its name, and what intake says."""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bassboss_lib import boss
from bassboss_lib.boss.faults import FAULTS, NOT_OF_A_DELIVERY, WRONG_MONTH
from bassboss_lib.errors import BassbossError, CallError
from bassboss_lib.vault import Vault
from bassboss_lib.warehouse import ingest
from bassboss_lib.workspace import Workspace, open_workspace
from tests.faults.test_every_row import INBOUND
from tests.private import found

FIRST, NEXT = "202508", "202509"
DUE = datetime(2025, 11, 1)
CUSTOMERS = 120


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in that has lived two months, and whose first month was taken in."""
    workspace = open_workspace(tmp_path_factory.mktemp("stand-in") / "w", "2025-10-05T08:00")
    boss.deliver(workspace, FIRST, customers=CUSTOMERS, seed=5)
    ingest(workspace)
    boss.deliver(workspace, NEXT)
    for path in workspace.inbox.iterdir():
        path.unlink()
    return workspace.root


@pytest.fixture
def here(lived: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(lived, tmp_path / "w")
    return open_workspace(tmp_path / "w", "2025-10-05T08:00")


def said(workspace: Workspace, *, late: bool = False) -> tuple[int, str]:
    """Take in; give the exit code and everything that was said."""
    at = replace(workspace, now=DUE) if late else workspace
    try:
        report = ingest(at)
    except BassbossError as error:
        return error.exit_code, error.line()
    return 0, "\n".join([*report.warnings, *report.waiting, *report.already])


EXPECTED = {
    "I01": (3, "I01: verf missing"),
    "I02": (3, "I02: data missing"),
    "I03": (3, "I03: "),
    "I04": (3, "I03: "),
    "I05": (3, "I05: SHA-256 is"),
    "I06": (3, "I06: "),
    "I07": (3, "I07: charge_fen adds up to"),
    "I08": (3, "I05: SHA-256 is"),
    "I15": (3, "I15: not gb18030"),
    "I16": (3, "I16: the file begins with a byte order mark"),
    "I17": (0, "1 of"),
    "I18": (0, "1 of"),
    "I19": (4, "I19: "),
    "I20": (3, "I20: "),
    "I21": (0, "1 of"),
    "I23": (0, "1 of"),
    "I24": (3, "I24: the unit may not be empty"),
    "I25": (3, "I06: 5,000,000 records announced, 0 found"),
    "I26": (5, "I26: "),
    "I27": (3, "I27: "),
    "I29": (3, "I29: 200,000,000,000 bytes are too many"),
    "I30": (12, "I30: not a plain file"),
    "I32": (3, "I32: it cannot be read as Parquet"),
}
LATE = ("I01", "I02")


@pytest.mark.faults
@pytest.mark.parametrize("fault", EXPECTED)
def test_I01_to_I32_a_fault_of_the_stand_in_is_met_as_the_table_says(here: Workspace, fault: str) -> None:
    boss.deliver(here, NEXT, fault=[fault])
    code, line = said(here, late=fault in LATE)
    assert (code, EXPECTED[fault][1] in line) == (EXPECTED[fault][0], True), line
    if code:
        assert not list(here.warehouse.glob(f"cdr/month={NEXT}/*")) or fault in ("I15", "I16")
    assert found(here) == []
    for path in here.inbox.iterdir():
        path.unlink()
    boss.deliver(here, NEXT)
    assert said(here)[0] == (0 if code else 3 if fault in ("I17", "I18", "I21", "I23") else 0)


@pytest.mark.faults
def test_I10_I11_I28_what_is_sent_again(here: Workspace) -> None:
    boss.deliver(here, NEXT)
    assert said(here)[0] == 0
    boss.deliver(here, NEXT, fault=["I10"])
    code, line = said(here)
    assert (code, "s_10000_202509_04008_00" in line) == (0, True)
    boss.deliver(here, NEXT, fault=["I11"])
    code, line = said(here)
    assert (code, "I11: accepted before with other bytes (code 13)" in line) == (3, True)
    for path in here.inbox.iterdir():
        path.unlink()
    boss.deliver(here, NEXT, fault=["I28"])
    assert said(here)[0] == 0
    names = [path.name for path in sorted(here.warehouse.glob(f"cdr/month={NEXT}/*"))]
    assert names == ["part-00.parquet", "part-01.parquet"]


@pytest.mark.faults
@pytest.mark.parametrize("fault", ["I12", "I13"])
def test_I12_I13_a_month_left_out_holds_the_next_until_it_comes(here: Workspace, fault: str) -> None:
    boss.deliver(here, NEXT, fault=[fault])
    assert said(here)[0] == 0
    later = open_workspace(here.root, "2025-11-03T08:00")
    boss.deliver(later, "202510")
    code, line = said(later)
    assert (code, "I12: cdr of 202509 is missing" in line) == (3, True)
    assert not list(here.warehouse.glob("cdr/month=202510/*"))
    boss.deliver(later, NEXT)
    assert said(later)[0] == 0
    assert [path.name for path in sorted(here.warehouse.glob("cdr/*"))] == [
        f"month={m}" for m in (FIRST, NEXT, "202510")
    ]


def test_every_inbound_row_can_be_done_or_says_why_not() -> None:
    assert sorted({*FAULTS, WRONG_MONTH, *NOT_OF_A_DELIVERY}) == INBOUND
    shown = {*EXPECTED, "I10", "I11", "I12", "I13", "I22", "I28"}
    assert sorted({*FAULTS, WRONG_MONTH} - shown) == []


@pytest.mark.parametrize("fault", NOT_OF_A_DELIVERY)
def test_I09_I31_say_why_they_are_not_done_to_a_delivery(workspace: Workspace, fault: str) -> None:
    with pytest.raises(CallError, match=f"{fault}: ") as caught:
        boss.deliver(workspace, FIRST, customers=20, fault=[fault])
    assert NOT_OF_A_DELIVERY[fault] in caught.value.line()


@pytest.mark.faults
def test_I22_an_identifier_with_zeros_before_it_is_another_one(here: Workspace) -> None:
    data = next(path for path in boss.deliver(here, NEXT, fault=["I22"]) if "_04008_" in path.name)
    padded = data.read_bytes().split(b"$", 1)[0].decode()
    assert said(here)[0] == 0
    [path] = here.warehouse.glob(f"cdr/month={NEXT}/*")
    both = Vault(here).pseudonyms([padded, padded[2:]]).to_pylist()
    assert padded.startswith("00")
    assert pq.read_table(path, partitioning=None)["pseudonym"].to_pylist()[0] == both[0] != both[1]
