import pytest
from hypothesis import given
from hypothesis import strategies as st

from bassboss_lib.errors import InputRefused, SecurityRefused
from bassboss_lib.exchange import FileName, Stem, parse

STEM = Stem("i", "10000", "202610", "31001", 3)

STEMS = st.builds(
    Stem,
    mode=st.sampled_from("aisz"),
    province=st.from_regex(r"[0-9]{5}", fullmatch=True),
    period=st.from_regex(r"[0-9]{6}([0-9]{2})?", fullmatch=True),
    unit=st.from_regex(r"[0-9]{5}", fullmatch=True),
    rr=st.integers(0, 99),
)


def test_names_are_built_as_the_interface_wants_them() -> None:
    assert STEM.data(1) == "i_10000_202610_31001_03_001.dat"
    assert STEM.small_files == ["i_10000_202610_31001_03.json", "i_10000_202610_31001_03.verf"]
    assert STEM.file_receipt(0) == "f_i_10000_202610_31001_03_000.verf"
    assert STEM.record_receipt == "r_i_10000_202610_31001_03.verf"
    assert STEM.delivery("out") == "out-31001-10000-202610-03"


@given(stem=STEMS, number=st.integers(0, 999))
def test_what_is_built_is_understood(stem: Stem, number: int) -> None:
    assert parse(stem.data(number)) == FileName("data", stem, number)
    assert parse(stem.verification) == FileName("verification", stem)
    assert parse(stem.manifest) == FileName("manifest", stem)
    assert parse(stem.file_receipt(number)) == FileName("file_receipt", stem, number)
    assert parse(stem.record_receipt) == FileName("record_receipt", stem)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/x",
        "/etc/passwd",
        "i_10000_202610_31001_03_001.dat\n",
        "i_10000_202610_31001_03_001.dat\x00",
        "a\\b",
        "..",
        "",
        "ｉ_10000_202610_31001_03_001.dat",
        "i" * 101,
    ],
)
def test_I30_a_name_that_could_lead_out_is_refused(name: str) -> None:
    with pytest.raises(SecurityRefused, match="I30") as caught:
        parse(name)
    assert caught.value.exit_code == 12


@pytest.mark.parametrize(
    "name",
    [
        "README.txt",
        "i_1000_202610_31001_03_001.dat",
        "x_10000_202610_31001_03_001.dat",
        "i_10000_202610_31001_03_01.dat",
        "i_10000_202610_31001_03_001.dat.tmp",
        "i_10000_2026101_31001_03_001.dat",
    ],
)
def test_a_harmless_stranger_is_no_name_of_the_interface(name: str) -> None:
    with pytest.raises(InputRefused, match="not a name of the interface"):
        parse(name)
