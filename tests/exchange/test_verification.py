from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.errors import SecurityRefused
from bassboss_lib.exchange import FileRefused
from bassboss_lib.exchange.verification import LINE_BYTES, Line, parse, render

LINE = Line("i_10000_202610_31001_00_001.dat", 907, 1, "202610", datetime(2026, 11, 3, 2))


def test_a_line_has_five_fields_in_104_bytes() -> None:
    data = render([LINE])
    assert data == (
        b"i_10000_202610_31001_00_001.dat".ljust(40) + b"907".ljust(20) + b"1".ljust(20) + b"202610  20261103020000\r\n"
    )
    assert len(data) == LINE_BYTES == 104


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=5))
def test_what_is_written_is_read(sizes: list[int]) -> None:
    lines = [
        Line(f"s_10000_20261001_04008_00_{n:03d}.dat", size, size // 2, "20261001", LINE.created)
        for n, size in enumerate(sizes, start=1)
    ]
    assert parse(render(lines), "a.verf") == lines


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "98"),
        (render([LINE])[:-1], "98"),
        (render([LINE])[:-2] + b"\n\n", "95"),
        (render([LINE]).replace(b"907", b"9o7"), "16"),
        (render([LINE]).replace(b"20261103020000", b"20261303020000"), "16"),
        (render([LINE]).replace(b"20261103020000", b"2026110302000 "), "16"),
        (render([LINE, LINE]), "17"),
    ],
)
def test_a_bad_verification_file_is_refused_with_its_code(data: bytes, code: str) -> None:
    with pytest.raises(FileRefused, match=f"code {code}.*a.verf") as caught:
        parse(data, "a.verf")
    assert (caught.value.code, caught.value.exit_code) == (code, 3)


@pytest.mark.parametrize("name", [b"../../etc/x", b"/etc/passwd", b"", b"caf\xe9.dat"])
def test_I30_a_path_inside_is_a_security_matter(name: bytes) -> None:
    data = name.ljust(40) + render([LINE])[40:]
    with pytest.raises(SecurityRefused, match="I30"):
        parse(data, "a.verf")
