from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from bassboss_lib.errors import CallError
from bassboss_lib.warehouse.sketch import sketch
from bassboss_lib.warehouse.wide import import_table
from bassboss_lib.workspace import Workspace


def unknown(rows: int = 400) -> pd.DataFrame:
    random = np.random.default_rng(0)
    churn = random.random(rows) < 0.2
    age = random.integers(18, 80, rows)
    age[:20] = -1
    debt = random.integers(0, 300, rows)
    debt[-15:] = 999
    return pd.DataFrame(
        {
            "customer_id": [f"00{number:05d}" for number in range(rows)],
            "age": age,
            "debt": debt,
            "brand": random.choice(["全球通", "神州行", "未知"], rows),
            "country": "CN",
            "remark": [f"remark {number}" for number in range(rows)],
            "days_since_exit": np.where(churn, random.integers(1, 30, rows), 0),
            "exit_reason": np.where(churn & (random.random(rows) < 0.5), "price", ""),
            "churn": np.where(churn, "yes", "no"),
        }
    )


@pytest.fixture
def proposed(tmp_path: Path) -> tuple[Path, dict, str]:
    path = tmp_path / "Kunden Tabelle.csv"
    unknown().to_csv(path, index=False, sep=";", encoding="gb18030")
    text = sketch(path)
    return path, yaml.safe_load(text), text


def test_dialect_label_and_identifier_are_guessed(proposed: tuple[Path, dict, str]) -> None:
    _, mapping, text = proposed
    assert (mapping["encoding"], mapping["delimiter"]) == ("gb18030", ";")
    assert mapping["label"] == {"column": "churn", "positive": "yes"}
    assert mapping["identifier"] == "customer_id"
    assert "positive in 2" in text


def test_missing_codes_are_found(proposed: tuple[Path, dict, str]) -> None:
    features = proposed[1]["features"]
    assert features["age"]["missing"] == ["-1"]
    assert features["debt"]["missing"] == ["999"]
    assert features["brand"]["missing"] == ["未知"]
    assert features["brand"]["kind"] == "category"


def test_suspicious_leaks_and_useless_columns_are_left_out_with_reasons(proposed: tuple[Path, dict, str]) -> None:
    drop = proposed[1]["drop"]
    assert set(drop) == {"country", "remark", "days_since_exit", "exit_reason"}
    assert drop["days_since_exit"] == "suspicious leak: alone it ranks the label with AUC 1.000"
    assert "only the positive label has" in drop["exit_reason"]
    assert drop["country"] == "one value everywhere: tells nothing"
    assert drop["remark"].startswith("free text or an identifier")


def test_no_value_of_a_single_customer_is_shown(proposed: tuple[Path, dict, str]) -> None:
    assert "0000001" not in proposed[2]
    assert "remark 1" not in proposed[2]


def test_the_proposal_can_be_imported(workspace: Workspace, proposed: tuple[Path, dict, str], tmp_path: Path) -> None:
    path, mapping, text = proposed
    file = tmp_path / f"{mapping['name']}.yaml"
    file.write_text(text, encoding="utf-8")
    report = import_table(workspace, file, [path])
    assert (report.rows, report.features) == (400, 3)
    assert report.missing["age"] == 20


def test_duplicates_are_counted_where_rows_have_no_name(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("usage,churn\n1,0\n1,0\n2,1\n")
    text = sketch(path)
    assert "duplicates: drop  # 1 of 3 rows repeat another one exactly" in text


def test_months_make_a_split_by_time(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("month,usage,churn\n202601,1,0\n202602,2,1\n202603,2,1\n")
    assert yaml.safe_load(sketch(path))["split"] == {"kind": "time"}


def test_names_that_give_none_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "9t.csv"
    path.write_text("月租,a b,A_B,流失\n1,2,3,是\n2,3,4,否\n3,4,5,否\n")
    mapping = yaml.safe_load(sketch(path))
    assert [feature["name"] for feature in mapping["features"].values()] == ["feature_1", "a_b", "feature_3"]
    assert mapping["name"] == "table_9t"
    assert mapping["label"] == {"column": "流失", "positive": "是"}


def test_an_unknown_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="unknown kind of file"):
        sketch(tmp_path / "t.pdf")
