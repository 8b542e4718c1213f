import numpy as np
import pandas as pd
import pytest

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.errors import CallError
from bassboss_lib.learning import Sample

AGE = Feature("age", "customer", "years", "年龄", "Age")


def rows(pseudonyms: list[str], ages: list[float], y: list[int] | None = None) -> Sample:
    labels = None if y is None else np.array(y)
    return Sample(pd.DataFrame({"pseudonym": pseudonyms}), pd.DataFrame({"age": ages}), labels, (AGE,))


def test_take_keeps_rows_together() -> None:
    taken = rows(["a", "b", "c"], [1.0, 2.0, 3.0], [0, 1, 0]).take(np.array([False, True, True]))
    assert taken.keys["pseudonym"].tolist() == ["b", "c"]
    assert taken.x["age"].tolist() == [2.0, 3.0]
    assert taken.labels.tolist() == [1, 0]


def test_take_by_position_keeps_the_given_order() -> None:
    assert rows(["a", "b", "c"], [1.0, 2.0, 3.0]).take([2, 0]).x["age"].tolist() == [3.0, 1.0]


def test_ordered_goes_by_key_not_by_file() -> None:
    ordered = rows(["c", "a", "b"], [3.0, 1.0, 2.0]).ordered()
    assert ordered.x["age"].tolist() == [1.0, 2.0, 3.0]
    assert ordered.ordered() is ordered


def test_repeated_keys_have_no_order() -> None:
    with pytest.raises(CallError, match="1 rows repeat a key"):
        rows(["a", "a"], [1.0, 2.0]).ordered()


def test_parts_of_different_length_are_refused() -> None:
    with pytest.raises(CallError, match=r"differ in length: \[1, 2\]"):
        rows(["a"], [1.0, 2.0])


def test_columns_must_be_the_features() -> None:
    with pytest.raises(CallError, match="not the features"):
        Sample(pd.DataFrame({"pseudonym": ["a"]}), pd.DataFrame({"other": [1.0]}), None, (AGE,))


def test_labels_of_unlabelled_rows_are_refused() -> None:
    with pytest.raises(CallError, match="no label"):
        _ = rows(["a"], [1.0]).labels
