import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from bassboss_lib.errors import BassbossError, CallError, InputRefused
from bassboss_lib.learning import sample_of, split_of
from bassboss_lib.warehouse.wide import ImportReport, WideSource, import_table, load_source
from bassboss_lib.workspace import Workspace

MAPPING = {
    "name": "tiny",
    "zh": "小表",
    "en": "Tiny table",
    "format": "csv",
    "identifier": "Customer No",
    "label": {"column": "Churn", "positive": "yes", "negative": "no"},
    "missing": ["", "NA"],
    "split": {"kind": "folds"},
    "drop": {"Retention call": "after the wish to leave"},
    "features": {
        "Age": {"group": "customer", "unit": "years", "zh": "年龄", "en": "Age", "missing": [-1]},
        "Brand": {"name": "brand", "group": "customer", "zh": "品牌", "en": "Brand", "kind": "category"},
    },
}
ROWS = """Customer No,Age,Brand,Retention call,Churn
0012345,31,02,1,yes
0012346,-1,NA,0,no
0012347,NA,01,0,no
"""


def write(folder: Path, text: str = ROWS, **changes: object) -> tuple[Path, Path]:
    mapping, file = folder / "tiny.yaml", folder / "tiny.csv"
    mapping.write_text(yaml.safe_dump({**MAPPING, **changes}, allow_unicode=True), encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    return mapping, file


def bring(workspace: Workspace, folder: Path, text: str = ROWS, **changes: object) -> ImportReport:
    mapping, file = write(folder, text, **changes)
    return import_table(workspace, mapping, [file])


def refusal(workspace: Workspace, folder: Path, text: str = ROWS, **changes: object) -> BassbossError:
    with pytest.raises(BassbossError) as caught:
        bring(workspace, folder, text, **changes)
    assert not (workspace.warehouse / "source" / "tiny").exists()
    return caught.value


def source(workspace: Workspace) -> WideSource:
    return load_source(workspace, "tiny")


def test_a_table_comes_back_typed(workspace: Workspace, tmp_path: Path) -> None:
    report = bring(workspace, tmp_path)
    assert (report.rows_read, report.rows, report.positives, report.features) == (3, 3, 1, 2)
    assert report.missing == {"age": 2, "brand": 1}
    assert report.left_out == {"Retention call": "after the wish to leave"}
    table = source(workspace)
    found = table.x.assign(y=table.y).sort_values("y", ignore_index=True)
    assert found["age"].tolist()[2] == 31.0
    assert found["age"].isna().tolist() == [True, True, False]
    assert sorted(found["brand"].dropna()) == ["01", "02"]
    assert sample_of(table).names == ["age", "brand"]


def test_identifiers_are_pseudonyms_everywhere(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path)
    assert source(workspace).keys["pseudonym"].str.fullmatch("[0-9a-f]{32}").all()
    for path in (workspace.warehouse / "source").rglob("*"):
        if path.is_file():
            assert b"0012345" not in path.read_bytes()


def test_I22_leading_zeros_of_identifiers_count(workspace: Workspace, tmp_path: Path) -> None:
    text = ROWS + "12345,40,01,0,no\n"
    assert bring(workspace, tmp_path, text).rows == 4
    assert source(workspace).keys["pseudonym"].nunique() == 4


def test_rows_without_identifier_are_numbered_as_in_the_file(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path, identifier=None)
    assert source(workspace).keys.to_dict("list") == {"row": [1, 2, 3]}


def test_duplicates_are_dropped_and_counted(workspace: Workspace, tmp_path: Path) -> None:
    text = ROWS + "0012345,31,02,1,yes\n"
    report = bring(workspace, tmp_path, text, identifier=None, duplicates="drop")
    assert (report.rows_read, report.duplicates_dropped, report.rows) == (4, 1, 3)


def test_I23_a_key_twice_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    error = refusal(workspace, tmp_path, ROWS + "0012345,32,02,1,yes\n", duplicates="drop")
    assert error.line().startswith("I23: 1 rows repeat a key")


def test_I20_an_added_column_is_ignored_and_reported(workspace: Workspace, tmp_path: Path) -> None:
    text = ROWS.replace("Churn\n", "Churn,New\n").replace("yes\n", "yes,1\n").replace("no\n", "no,2\n")
    assert bring(workspace, tmp_path, text).ignored == ["New"]


def test_I20_a_renamed_column_is_refused_with_the_difference(workspace: Workspace, tmp_path: Path) -> None:
    error = refusal(workspace, tmp_path, ROWS.replace("Age", "Ages"))
    assert error.exit_code == 3
    assert error.line().startswith("I20: 1 columns missing: 'Age' (the table has 'Ages')")


def test_I20_moved_columns_are_refused_unless_any_order_will_do(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path)
    moved = "Age,Customer No,Brand,Retention call,Churn\n31,0012345,02,1,yes\n30,0012346,01,1,no\n"
    with pytest.raises(InputRefused, match="I20: 2 columns moved since the import before, first 'Customer No'"):
        bring(workspace, tmp_path, moved)
    assert source(workspace).report.rows == 3
    assert bring(workspace, tmp_path, moved, column_order="any").rows == 2


def test_I21_a_number_with_a_comma_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    error = refusal(workspace, tmp_path, ROWS.replace("31,", '"1,234.50",'))
    assert error.line().startswith("I21: 1 values are no numbers, first in row 1 | where: Age")
    assert "1,234" not in error.line()


def test_I21_a_month_with_a_slash_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    text = "Customer No,Age,Brand,Churn,Month\n1,30,1,yes,202601\n2,30,1,no,2026/02\n"
    error = refusal(workspace, tmp_path, text, month="Month")
    assert error.line().startswith("I21: 1 values are no months, first in row 2 | where: Month")


def test_I21_a_third_label_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    assert "1 labels are neither" in refusal(workspace, tmp_path, ROWS.replace("0,no", "0,maybe", 1)).line()


def test_a_label_that_never_occurs_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    error = refusal(workspace, tmp_path, label={"column": "Churn", "positive": 1})
    assert "0 of 3 labels are '1'" in error.line()


def test_I25_header_only_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    error = refusal(workspace, tmp_path, ROWS.splitlines()[0] + "\n")
    assert error.exit_code == 3
    assert error.line().startswith("I25: header only")


@pytest.mark.parametrize("line", ["0012348,30\n", "0012348,30,01,0,no,7\n"])
def test_a_row_of_another_length_is_refused_without_showing_it(workspace: Workspace, tmp_path: Path, line: str) -> None:
    error = refusal(workspace, tmp_path, ROWS + line)
    assert error.exit_code == 3
    assert "0012348" not in error.line()


def test_I15_other_bytes_than_declared_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    mapping, file = write(tmp_path)
    file.write_bytes(ROWS.replace("02", "神州行").encode("gb18030"))
    with pytest.raises(InputRefused, match="I15: not utf-8"):
        import_table(workspace, mapping, [file])
    mapping, _ = write(tmp_path, encoding="gb18030")
    file.write_bytes(ROWS.replace("02", "神州行").encode("gb18030"))
    import_table(workspace, mapping, [file])
    assert "神州行" in set(source(workspace).x["brand"])


def test_files_of_one_shape_are_one_table(workspace: Workspace, tmp_path: Path) -> None:
    mapping, file = write(tmp_path)
    second = tmp_path / "second.csv"
    second.write_text("Customer No,Age,Brand,Retention call,Churn\n0099999,50,01,0,no\n")
    assert import_table(workspace, mapping, [file, second]).rows == 4
    second.write_text("Customer No,Age,Brand,Churn\n0099999,50,01,no\n")
    with pytest.raises(InputRefused, match=r"columns differ from those of tiny\.csv"):
        import_table(workspace, mapping, [file, second])


@pytest.mark.parametrize("form", ["excel", "parquet"])
def test_excel_and_parquet_say_the_same_as_csv(workspace: Workspace, tmp_path: Path, form: str) -> None:
    bring(workspace, tmp_path)
    expected = source(workspace)
    mapping, _ = write(tmp_path, format=form)
    frame = pd.read_csv(tmp_path / "tiny.csv", dtype=str, keep_default_na=False)
    path = tmp_path / ("tiny.xlsx" if form == "excel" else "tiny.parquet")
    if form == "excel":
        frame.to_excel(path, index=False)
    else:
        frame.assign(Age=pd.array([31, -1, None], dtype="Int64")).to_parquet(path)
    import_table(workspace, mapping, [path])
    pd.testing.assert_frame_equal(source(workspace).x, expected.x)
    pd.testing.assert_frame_equal(source(workspace).keys, expected.keys)


def test_months_and_declared_rows_split_the_table(workspace: Workspace, tmp_path: Path) -> None:
    rows = [f"{n},30,1,{'yes' if n % 2 else 'no'},2026{n % 3 * 3 + 1:02d},{n % 4 == 0}" for n in range(12)]
    text = "\n".join(["Customer No,Age,Brand,Churn,Month,Test", *rows]) + "\n"
    bring(workspace, tmp_path, text, month="Month", split={"kind": "time"})
    assert split_of(source(workspace)).kind == "time"
    declared = {"kind": "declared", "column": "Test", "train": "False", "test": "True"}
    bring(workspace, tmp_path, text, month="Month", split=declared)
    part = split_of(source(workspace)).parts[0]
    assert (len(part.train), len(part.test)) == (9, 3)


def test_value_orders_lists(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path, value={"column": "Age", "unit": "years", "zh": "年龄", "en": "Age"}, identifier=None)
    value = source(workspace).value
    assert value is not None
    assert value[0] == 31.0
    assert np.isnan(value[2])


def test_same_import_twice_gives_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path)
    path = workspace.warehouse / "source" / "tiny" / "table.parquet"
    first = path.read_bytes()
    bring(workspace, tmp_path)
    assert path.read_bytes() == first
    assert sorted(p.name for p in path.parent.parent.iterdir()) == ["tiny"]


def test_a_source_never_imported_says_how_to(workspace: Workspace) -> None:
    with pytest.raises(CallError, match=r"bassboss import params/sources/nope\.yaml FILE"):
        load_source(workspace, "nope")


def test_the_report_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path)
    kept = json.loads((workspace.warehouse / "source" / "tiny" / "report.json").read_text(encoding="utf-8"))
    assert kept["rows"] == 3
    assert (workspace.archive / kept["files"]["tiny.csv"]).read_text(encoding="utf-8") == ROWS
