import numpy as np

from bassboss_lib.boss.identity import customer_ids, foreign_numbers, msisdns, names

SERIALS = np.arange(1, 200_001)


def test_every_serial_has_its_own_id_and_number() -> None:
    assert len(set(customer_ids(SERIALS).tolist())) == len(SERIALS)
    assert len(set(msisdns(SERIALS).tolist())) == len(SERIALS)


def test_ids_have_twelve_digits_and_some_begin_with_zero() -> None:
    ids = customer_ids(SERIALS)
    assert {len(one) for one in ids.tolist()} == {12}
    assert 0.05 < np.char.startswith(ids, "0").mean() < 0.15


def test_numbers_lie_in_ranges_that_no_operator_has() -> None:
    ours, theirs = msisdns(SERIALS), foreign_numbers(SERIALS)
    assert ours.min() >= 12_000_000_000
    assert ours.max() < 12_100_000_000 <= theirs.min()
    assert theirs.max() < 12_300_000_000


def test_some_names_need_gb18030_and_all_survive_it() -> None:
    given = names(np.random.default_rng(1).integers(0, 2**40, 5000))
    assert all(one.encode("gb18030").decode("gb18030") == one for one in given)
    assert any(_outside_gbk(one) for one in given)


def _outside_gbk(text: str) -> bool:
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return True
    return False
