import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from bassboss_lib.contracts import Unit, unit
from bassboss_lib.exchange.readback import ReadBack, read_back

BALANCE = replace(unit("balance"), profile="fixed")


def record(number: str = "1", customer: bytes = b"0012345", balance: str = "100", end: bytes = b"\r\n") -> bytes:
    width = BALANCE.field("balance_fen").width
    return number.ljust(8).encode() + customer.ljust(20) + b"202610" + balance.ljust(width).encode() + end


def read(tmp_path: Path, *files: bytes, layout: Unit = BALANCE) -> ReadBack:
    paths = [tmp_path / f"{place}.dat" for place in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    return read_back(paths, layout)


def key_hash(*keys: str) -> str:
    heads = [int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") for key in keys]
    return f"{sum(heads) % 2**64:016x}"


def test_rows_sums_and_keys_of_all_files_are_counted(tmp_path: Path) -> None:
    second = record("1", "客户㐂".encode("gb18030"), "-999999999999")
    found = read(tmp_path, record() + record("2", b"0012346", ""), second)
    assert found == ReadBack(3, {"balance_fen": 100 - 999_999_999_999}, key_hash("0012345", "0012346", "客户㐂"))


def test_keys_of_several_fields_are_joined(tmp_path: Path) -> None:
    layout = replace(BALANCE, key=("customer_id", "month"))
    assert read(tmp_path, record(), layout=layout).key_hash == key_hash("0012345$202610")


def test_sums_are_exact_beyond_64_bits(tmp_path: Path) -> None:
    wide = replace(BALANCE, fields=(*BALANCE.fields[:2], replace(BALANCE.fields[2], width=18)))
    line = b"0012345".ljust(20) + b"202610" + b"9" * 18 + b"\r\n"
    whole = b"".join(str(number).ljust(8).encode() + line for number in range(1, 21))
    assert read(tmp_path, whole, layout=wide).totals == {"balance_fen": 20 * (10**18 - 1)}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (record()[:-1], "a record after 0 is cut short"),
        (record() + record("3"), "a record of 1 to 2 is not whole"),
        (record() + record("1"), "a record of 1 to 2 is not whole"),
        (record(end=b"\n\n"), "a record of 1 to 1 is not whole"),
        (record(customer=b"0012345\0"), "a record of 1 to 1 is not whole"),
        (record("1x"), "does not consist of digits"),
        (record(balance="1_0"), "does not consist of digits"),
        (record(balance="1.5"), "does not consist of digits"),
        (record(balance="-"), "does not consist of digits"),
        (record(balance="--5"), "invalid literal"),
        (record(customer=b"\xff\xff"), "can't decode"),
    ],
)
def test_what_is_not_as_declared_is_told(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(tmp_path, data)
