from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bassboss_lib.contracts import Unit, check, unit
from bassboss_lib.exchange import FileRefused, delimited, fixed
from bassboss_lib.exchange.data_files import blocks, write_parts
from bassboss_lib.exchange.names import Stem
from bassboss_lib.exchange.readback import read_back

PLAN = unit("plan")
LIST = unit("retention_list")
COLUMN = 10

# Rare characters on purpose: two, three and four bytes of UTF-8, two and four of GB18030.
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="$\ufeff") | st.sampled_from("𠀀㐀😀À张é€")


def narrow(profile: str, encoding: str) -> Unit:
    """Give a unit of three short text fields."""
    fields = tuple(replace(PLAN.field("name"), name=name, width=width, nullable=True) for name, width in FIELDS)
    return replace(PLAN, profile=profile, encoding=encoding, fields=fields, key=("a",))


FIELDS = (("a", 8), ("b", 12), ("c", 4))


def cut(text: str, width: int, encoding: str) -> str:
    """Shorten a text until it fits, and strip what the interface strips."""
    while len(text.encode(encoding)) > width:
        text = text[:-1]
    return text.rstrip(" ")


TEXTS = st.lists(st.tuples(*[st.text(LETTERS, max_size=width) for _, width in FIELDS]), min_size=1, max_size=6)


@pytest.mark.parametrize("profile", ["fixed", "delimited"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@settings(max_examples=60, deadline=None)
@given(rows=TEXTS)
def test_what_is_written_is_read(profile: str, encoding: str, rows: list[tuple[str, ...]]) -> None:
    layout = narrow(profile, encoding)
    fitted = [[cut(text, width, encoding) for text, (_, width) in zip(row, FIELDS, strict=True)] for row in rows]
    text = pa.table({name: pa.array([row[n] for row in fitted], pa.string()) for n, (name, _) in enumerate(FIELDS)})
    codec = fixed if profile == "fixed" else delimited
    back, numbers, broken = codec.decode(layout, codec.encode(layout, text), 1, "a.dat")
    assert back.to_pylist() == text.to_pylist()
    assert numbers.tolist() == list(range(1, len(rows) + 1))
    assert broken.num_rows == 0


@pytest.mark.parametrize("value", ["张三李四", "𠀀😀", "abcdefgh", "ÀÀ"])
def test_a_value_may_fill_its_width_exactly(value: str) -> None:
    layout = narrow("fixed", "gb18030")
    assert len(value.encode("gb18030")) == 8
    text = pa.table({"a": [value, ""], "b": ["x", "y"], "c": ["", "𠀀"]})
    data = fixed.encode(layout, text)
    assert len(data) == 2 * layout.record_bytes
    assert fixed.decode(layout, data, 1, "a.dat")[0].to_pylist() == text.to_pylist()


def test_the_bytes_of_a_fixed_record() -> None:
    text = pa.table({"a": ["张"], "b": [""], "c": ["z"]})
    expected = b"12".ljust(8) + "张".encode("gb18030").ljust(8) + b" " * 12 + b"z   \r\n"
    assert fixed.encode(narrow("fixed", "gb18030"), text, 12) == expected


def test_an_empty_delivery_has_no_bytes() -> None:
    empty = pa.table({name: pa.array([], pa.string()) for name, _ in FIELDS})
    for codec, profile in ((fixed, "fixed"), (delimited, "delimited")):
        assert codec.encode(narrow(profile, "gb18030"), empty) == b""
        assert codec.decode(narrow(profile, "gb18030"), b"", 1, "a.dat")[0].num_rows == 0


@pytest.mark.parametrize("profile", ["fixed", "delimited"])
def test_O24_what_a_profile_cannot_carry_is_refused_with_row_and_field(profile: str) -> None:
    layout = narrow(profile, "gb18030")
    bad = {"fixed": ["\t", "\x7f", "\n", "\x00"], "delimited": ["$", "\r", "\n", "\x00", "\ufeff"]}[profile]
    for character in [*bad, "123456789", "𠀀😀a"]:
        rejects = check(layout, pa.table({"a": ["ok", character], "b": ["", ""], "c": ["", ""]}), "202610").rejects
        assert rejects.to_pylist() == [{"row": 2, "field": 1, "name": "a", "reason": 5}]


def test_O24_a_dollar_is_carried_by_the_fixed_profile() -> None:
    assert check(narrow("fixed", "gb18030"), pa.table({"a": ["$"], "b": [""], "c": [""]}), "202610").table.num_rows == 1


@pytest.mark.parametrize(("line", "reason"), [("张$三$x$y", 9), ("a$b", 9), ("", 9), ("a\rb$c$d", 5), ("a$b$c\r", 5)])
def test_I17_a_line_of_another_shape_spoils_itself_only(line: str, reason: int) -> None:
    layout = narrow("delimited", "gb18030")
    data = f'"张$b$c\n{line}\ny"$"$z\n'.encode("gb18030")
    text, numbers, broken = delimited.decode(layout, data, 1, "a.dat")
    assert text.to_pylist() == [{"a": '"张', "b": "b", "c": "c"}, {"a": 'y"', "b": '"', "c": "z"}]
    assert numbers.tolist() == [1, 3]
    assert broken.to_pylist() == [{"row": 2, "field": 0, "name": "", "reason": reason}]


def test_I15_bytes_of_another_encoding_name_their_first_line() -> None:
    data = "a$b$c\n张$b$c\n".encode("gb18030")
    with pytest.raises(FileRefused, match=r"I15: not utf-8 \(code 03\).*a.dat, line 12") as caught:
        delimited.decode(narrow("delimited", "utf-8"), data, 11, "a.dat")
    assert caught.value.exit_code == 3
    assert delimited.decode(narrow("delimited", "gb18030"), data, 11, "a.dat")[0]["a"].to_pylist() == ["a", "张"]
    record = fixed.encode(narrow("fixed", "gb18030"), pa.table({"a": ["x", "张"], "b": ["", ""], "c": ["", ""]}))
    with pytest.raises(FileRefused, match=r"I15.*a.dat, a, line 2"):
        fixed.decode(narrow("fixed", "utf-8"), record, 1, "a.dat")


@pytest.mark.parametrize(("data", "code"), [(b"\xef\xbb\xbfa$b$c\n", "03"), (b"a$b$c\r\nd$e$f\r\n", "11")])
def test_I16_a_byte_order_mark_and_crlf_are_not_declared(data: bytes, code: str) -> None:
    with pytest.raises(FileRefused, match=f"I16.*code {code}"):
        delimited.decode(narrow("delimited", "utf-8"), data, 1, "a.dat")


def test_I16_a_line_separator_of_unicode_ends_no_line() -> None:
    text = delimited.decode(narrow("delimited", "utf-8"), "a\u2028$b$c\n".encode(), 1, "a.dat")[0]
    assert text["a"].to_pylist() == ["a\u2028"]


def test_a_fixed_record_that_miscounts_or_does_not_end_is_found() -> None:
    layout = narrow("fixed", "gb18030")
    data = fixed.encode(layout, pa.table({"a": ["x", "y"], "b": ["", ""], "c": ["", ""]}))
    text, numbers, broken = fixed.decode(layout, data.replace(b"2       y", b"3       y"), 1, "a.dat")
    assert (text["a"].to_pylist(), numbers.tolist(), broken["row"].to_pylist()) == (["x"], [1], [2])
    with pytest.raises(FileRefused, match=r"code 11.*a.dat, line 2"):
        fixed.decode(layout, data[:-2] + b"\n\r", 1, "a.dat")
    inside = fixed.decode(layout, data.replace(b"y ", b"y\n"), 1, "a.dat")[0]
    assert check(layout, inside, "202610").rejects["row"].to_pylist() == [2]


def test_blocks_end_with_records_and_count_on(tmp_path: Path) -> None:
    layout = narrow("delimited", "gb18030")
    path = tmp_path / "a.dat"
    path.write_bytes(b"".join(b"%d$b$c\n" % n for n in range(1, 101)))
    found = list(blocks(path, layout, size=50))
    assert b"".join(data for _, data in found) == path.read_bytes()
    assert all(data.startswith(b"%d$" % first) for first, data in found)
    path.write_bytes(b"a$b$c\nd$e")
    with pytest.raises(FileRefused, match=r"I03.*a.dat, line 2"):
        list(blocks(path, layout, "a.dat"))


def test_a_large_delivery_is_split_and_numbered_anew_in_every_file(tmp_path: Path) -> None:
    layout = narrow("fixed", "gb18030")
    names = [f"k{n}" for n in range(5)]
    text = pa.table({"a": names, "b": [""] * 5, "c": [""] * 5})
    parts = write_parts(tmp_path, layout, Stem("i", "10000", "202610", "02001", 0), text, 2 * layout.record_bytes)
    assert [(part.file[-7:], part.rows) for part in parts] == [("001.dat", 2), ("002.dat", 2), ("003.dat", 1)]
    texts = [fixed.decode(layout, (tmp_path / part.file).read_bytes(), 1, part.file)[0] for part in parts]
    assert np.concatenate([one["a"].to_pylist() for one in texts]).tolist() == names
    assert read_back([tmp_path / part.file for part in parts], layout).rows == 5
