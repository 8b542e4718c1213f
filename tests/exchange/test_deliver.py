from collections.abc import Callable

import pyarrow as pa
import pytest

from bassboss_lib.errors import CallError, GateRefused
from bassboss_lib.workspace import Workspace
from tests.exchange.conftest import balances, customers


def test_files_appear_in_order_and_have_the_bytes_of_the_interface(workspace: Workspace, deliver: Callable) -> None:
    paths = deliver("balance", balances(2))
    assert [path.name for path in paths] == [
        "i_10000_202610_03003_00_001.dat",
        "i_10000_202610_03003_00.json",
        "i_10000_202610_03003_00.verf",
    ]
    assert paths[0].read_bytes() == b"00001$202610$100\n00002$202610$200\n"
    assert paths[2].read_bytes() == (
        b"i_10000_202610_03003_00_001.dat".ljust(40) + b"34".ljust(20) + b"2".ljust(20) + b"202610  20261103020000\r\n"
    )
    assert sorted(workspace.inbox.iterdir()) == sorted(paths)


def test_sources_are_gb18030_except_call_records(deliver: Callable) -> None:
    data = deliver("customer", customers())[0].read_bytes()
    assert "$𠀀㐀😀$".encode("gb18030") in data


def test_the_same_delivery_has_the_same_bytes_whatever_was_left_behind(workspace: Workspace, deliver: Callable) -> None:
    first = [path.read_bytes() for path in deliver("balance", balances())]
    leftover = workspace.inbox / ".i_10000_202610_03003_00.tmp"
    leftover.mkdir()
    (leftover / "i_10000_202610_03003_00_001.dat").write_bytes(b"half")
    assert [path.read_bytes() for path in deliver("balance", balances())] == first
    assert not leftover.exists()


@pytest.mark.parametrize("name", ["张$三", "a\rb", "a\nb", "a\x00b", "字" * 31])
def test_O24_a_value_that_cannot_be_carried_is_refused_with_row_and_field(
    workspace: Workspace, deliver: Callable, name: str
) -> None:
    with pytest.raises(GateRefused, match=r"O24.*encoding or width.*customer, row 2, field name") as caught:
        deliver("customer", customers(name=["ok", name]))
    assert name not in caught.value.line()
    assert list(workspace.inbox.iterdir()) == []


def test_an_empty_table_needs_a_unit_that_allows_it(deliver: Callable) -> None:
    with pytest.raises(CallError, match="without records"):
        deliver("balance", balances(0))
    none = pa.array([], pa.string())
    empty = dict.fromkeys(("customer_id", "channel", "method"), none)
    empty |= {"paid_at": pa.array([], pa.timestamp("s")), "amount_fen": pa.array([], pa.int64())}
    paths = deliver("payment", pa.table(empty))
    assert paths[0].read_bytes() == b""
