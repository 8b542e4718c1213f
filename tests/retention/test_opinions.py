from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from bassboss_lib.boss.contact import words as spoken
from bassboss_lib.errors import CallError
from bassboss_lib.retention.opinions import classify, heard, kappa, words


def sentences() -> pd.DataFrame:
    """Give every sentence that the stand-in's customers can say, with the reason and whether they leave."""
    rows = []
    for code, phrases in spoken.WHY.items():
        for phrase, (leaves, ends), answer in product(
            phrases, ((1.0, spoken.LEAVES), (0.0, spoken.STAYS)), spoken.THANKS + spoken.REFUSES
        ):
            rows += [(code, leaves, f"{phrase}，{end}，{answer}") for end in ends]
    return pd.DataFrame(rows, columns=["reason", "leaves", "said"])


def test_the_classifier_is_right_on_what_the_stand_in_can_say() -> None:
    told = sentences()
    found = classify(told["said"])
    assert (found["reason"] == told["reason"]).mean() > 0.95
    assert (found["will_leave"] == told["leaves"]).mean() > 0.98


@pytest.mark.parametrize(
    ("said", "reason", "leaves"),
    [
        ("每月话费太高了，考虑换一家运营商", "R01", 1.0),
        ("小区里信号差，老掉线，不过还会继续用", "R02", 0.0),
        ("投诉了两次没人管", "R03", None),
        ("家人朋友都用电信，打算携号转网", "R04", 1.0),
        ("合约到期后再说，暂时不走", "R07", 0.0),
        ("手机太旧了，换手机送卡", "R08", None),
        ("要搬到外地去，这边销户", "R09", 1.0),
        ("嗯", "R99", None),
    ],
)
def test_sentences_of_our_own(said: str, reason: str, leaves: float | None) -> None:
    found = classify(pd.Series([said])).iloc[0]
    assert found["reason"] == reason
    assert (None if pd.isna(found["will_leave"]) else found["will_leave"]) == leaves


def test_nothing_said_is_no_reason() -> None:
    assert classify(pd.Series([None, ""]))["reason"].isna().all()


def test_kappa_is_one_for_the_same_and_zero_for_chance() -> None:
    one = pd.Series(["a", "b"] * 500)
    assert kappa(one, one) == 1.0
    assert kappa(one, pd.Series(["a", "a", "b", "b"] * 250)) == pytest.approx(0.0)


def test_agreement_is_counted_over_those_who_named_a_reason() -> None:
    rows = pd.DataFrame(
        {
            "churn_reason": ["R01", "R01", "R02", "R02"],
            "opinion": ["话费太贵", "信号不好", "老掉线", None],
            "offer": ["O01", "O01", "O05", None],
            "reached": [True, True, True, False],
            "accepted": [True, False, False, False],
            "left": [0.0, 1.0, 0.0, 1.0],
        },
        index=["a", "b", "a", "c"],
    )
    found = heard(rows)
    assert (found.count, found.agreed) == (3, pytest.approx(2 / 3))
    assert found.crossed.loc["R01", "R02"] == 1
    saves = found.saves.set_index("reason")
    assert saves.loc["R01", "accepted"] == 0.5
    assert saves.loc["R01", "active"] == 0.5


def test_wrong_words_name_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "opinions.yaml"
    path.write_text("least_weight: 1\nreasons: {R01: {贵: viel}}\nleave: {}\nstay: {}\n")
    with pytest.raises(CallError, match=r"reasons\.R01"):
        words(path)
    path.write_text("least_weight: 1\nreasons: {R77: {贵: 1}}\nleave: {}\nstay: {}\n")
    words.cache_clear()
    with pytest.raises(CallError, match="R77"):
        words(path)
