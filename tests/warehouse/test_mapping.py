from pathlib import Path

import pytest
import yaml

from bassboss_lib.errors import CallError
from bassboss_lib.tariff.mapping import is_usage_mapping
from bassboss_lib.warehouse.mapping import read_mapping
from tests.warehouse.test_wide import MAPPING

SOURCES = Path(__file__).resolve().parents[2] / "params" / "sources"
AGE = MAPPING["features"]["Age"]  # type: ignore[index]


def refusal(folder: Path, **changes: object) -> str:
    content = {key: value for key, value in {**MAPPING, **changes}.items() if value != "absent"}
    (folder / "tiny.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(CallError) as caught:
        read_mapping(folder / "tiny.yaml")
    assert caught.value.exit_code == 2
    assert caught.value.where == "tiny.yaml"
    return caught.value.line()


@pytest.mark.parametrize(
    ("changes", "key", "remedy"),
    [
        ({"label": "absent"}, "label: Field required", "add `label`"),
        ({"lable": {}}, "lable: Extra inputs", "did you mean `label`?"),
        ({"features": {"Age": {**AGE, "grup": "x"}}}, "features.Age.grup", "did you mean `group`?"),
        ({"features": {"Age": {**AGE, "kind": "text"}}}, "features.Age.kind", "mend the key"),
        ({"label": {"column": "Churn", "positive": True}}, "label.positive: put it in quotes", "mend the key"),
        ({"split": {"kind": "random"}}, "split", "mend the key"),
        ({"split": {"kind": "time"}}, "split: kind time needs `month`", "mend the key"),
        ({"prior": 1.96}, "prior", "mend the key"),
        ({"name": "other"}, "name: 'other' is not the file's stem 'tiny'", "rename one of them"),
        ({"features": {"年龄": AGE}}, "'年龄' is no name for a model", "mend the key"),
        ({"features": {"Age": AGE, "age": AGE}}, "age named twice", "mend the key"),
        ({"features": {"Churn": AGE}}, "'Churn' has another purpose", "mend the key"),
    ],
)
def test_a_wrong_mapping_names_file_key_and_remedy(
    tmp_path: Path, changes: dict[str, object], key: str, remedy: str
) -> None:
    line = refusal(tmp_path, **changes)
    assert key in line
    assert remedy in line


def test_text_that_is_no_mapping(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text("just words")
    with pytest.raises(CallError, match="no keys"):
        read_mapping(tmp_path / "tiny.yaml")


def test_stray_blanks_in_headers_do_not_matter(tmp_path: Path) -> None:
    content = {**MAPPING, "features": {" Call  Failure": AGE}}
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(content))
    mapping = read_mapping(tmp_path / "tiny.yaml")
    assert list(mapping.columns) == ["Call Failure"]
    assert mapping.features[0].name == "call_failure"


WIDE = sorted(path for path in SOURCES.glob("*.yaml") if not is_usage_mapping(path))


@pytest.mark.parametrize("path", WIDE, ids=lambda path: path.stem)
def test_shipped_mappings_have_titles_in_both_languages(path: Path) -> None:
    mapping = read_mapping(path)
    for feature in mapping.features:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in feature.zh)
        assert feature.en.isascii()
        assert feature.group


def test_cell2cell_leaves_the_retention_calls_out() -> None:
    mapping = read_mapping(SOURCES / "cell2cell.yaml")
    assert set(mapping.drop) == {"retcall", "retcalls", "retaccpt"}
    assert mapping.prior == 0.0196
    assert len(mapping.features) == 63
