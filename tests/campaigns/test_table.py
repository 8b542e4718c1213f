from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bassboss_lib import cli
from bassboss_lib.campaigns.table import evaluate_table, read_randomised_mapping
from bassboss_lib.errors import CallError, InputRefused

MAPPING = """
name: mail
zh: 邮件活动
en: Mail campaign
format: csv
treatment: {column: segment, treated: [Mens E-Mail, Womens E-Mail], control: [No E-Mail]}
outcome: {column: visit, positive: "1", better: more}
covariates: [recency, history, channel, newbie]
segments: [channel]
"""


def mailed(folder: Path, rows: int = 3000, lift: float = 0.08) -> Path:
    """Write a table such as Hillstrom's: three arms, of whom those who bought lately are moved most by a mail."""
    random = np.random.default_rng(0)
    recency, history = random.integers(1, 13, rows), random.gamma(1, 240, rows).round(2)
    arm = random.choice(["Mens E-Mail", "Womens E-Mail", "No E-Mail"], rows)
    chance = 0.10 + lift * (arm != "No E-Mail") * np.where(recency <= 4, 2.0, 0.5)
    frame = pd.DataFrame(
        {
            "recency": recency,
            "history": history,
            "channel": random.choice(["Phone", "Web", "Multichannel"], rows),
            "newbie": random.integers(0, 2, rows),
            "segment": arm,
            "visit": (random.random(rows) < chance).astype(int),
            "spend": np.where(random.random(rows) < chance / 10, history / 2, 0.0).round(2),
        }
    )
    path = folder / "mail.csv"
    frame.to_csv(path, index=False)
    return path


def mapping(folder: Path, text: str = MAPPING) -> Path:
    path = folder / "mail.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_effects_qini_and_verdict_of_a_randomised_table(tmp_path: Path) -> None:
    found = evaluate_table(mailed(tmp_path), read_randomised_mapping(mapping(tmp_path)))
    assert found.rows["treated"] + found.rows["control"] == 3000
    assert found.effect.low < 0.08 < found.effect.high
    assert found.verdict == "works"
    assert found.ordering is not None
    assert found.ordering.qini.low > 0
    assert set(found.groups["group"]) == {"Phone", "Web", "Multichannel"}


def test_one_arm_alone_and_money_as_outcome(tmp_path: Path) -> None:
    text = MAPPING.replace("treated: [Mens E-Mail, Womens E-Mail]", "treated: [Mens E-Mail]")
    text = text.replace('{column: visit, positive: "1", better: more}', "{column: spend, number: true, better: more}")
    found = evaluate_table(mailed(tmp_path), read_randomised_mapping(mapping(tmp_path, text)))
    assert found.rows["left_out"] > 1000
    assert found.effect.low < found.effect.value < found.effect.high


def test_no_effect_is_inconclusive(tmp_path: Path) -> None:
    found = evaluate_table(mailed(tmp_path, lift=0.0), read_randomised_mapping(mapping(tmp_path)))
    assert found.verdict == "inconclusive"
    assert found.ordering is not None
    assert found.ordering.qini.low < 0.005


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("better: more", "better: best"),
        ('positive: "1"', "positive: true"),
        ("format: csv", "format: csv\nfoo: 1"),
    ],
)
def test_a_wrong_mapping_names_its_key(tmp_path: Path, wrong: str, said: str) -> None:
    with pytest.raises(CallError, match=r"mail\.yaml"):
        read_randomised_mapping(mapping(tmp_path, MAPPING.replace(wrong, said)))


def test_a_missing_column_and_an_empty_arm_are_refused(tmp_path: Path) -> None:
    table = mailed(tmp_path)
    with pytest.raises(InputRefused, match="no column 'age'"):
        evaluate_table(table, read_randomised_mapping(mapping(tmp_path, MAPPING.replace("recency,", "age,"))))
    with pytest.raises(InputRefused, match="0 treated"):
        text = MAPPING.replace("[Mens E-Mail, Womens E-Mail]", "[Nobody]")
        evaluate_table(table, read_randomised_mapping(mapping(tmp_path, text)))


def test_the_command_tells_effect_qini_and_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["evaluate", "--file", str(mailed(tmp_path)), "--mapping", str(mapping(tmp_path))])
    assert left.value.code == 0
    told = capsys.readouterr().out
    assert "effect on visit: +" in told
    assert "mean of visit: 1" in told
    assert "per customer: customers differ in the effect" in told
    assert "verdict: works" in told
