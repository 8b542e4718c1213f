import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.exchange import FileRefused
from bassboss_lib.exchange.decoding import to_utf8

LINES = st.lists(st.text(st.sampled_from("ab$0 1张\u3402𠮷😀é\u2028"), max_size=6), min_size=1, max_size=30)


@given(lines=LINES, plain=st.integers(0, 60))
def test_lines_that_hold_more_than_ascii_are_decoded_in_their_places(lines: list[str], plain: int) -> None:
    text = "".join(f"{line}\n" for line in ["x"] * plain + lines + ["1$2"] * plain)
    assert to_utf8(text.encode("gb18030"), "gb18030", 1, "a.dat").decode() == text
    assert to_utf8(text.encode(), "utf-8", 1, "a.dat").decode() == text


@pytest.mark.parametrize(("before", "number"), [(["a"] * 9, 19), (["a", "张", "b"] * 3, 19), (["张"], 11), ([], 10)])
def test_I15_the_first_bad_line_is_named_among_others(before: list[str], number: int) -> None:
    data = "".join(f"{line}\n" for line in before).encode("gb18030") + b"a\xff\n" + b"z\n" * 9 * len(before)
    with pytest.raises(FileRefused, match=f"I15: not gb18030.*a.dat, line {number}$|line {number} "):
        to_utf8(data, "gb18030", 10, "a.dat")
