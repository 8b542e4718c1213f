import numpy as np
import pandas as pd
import pytest

from bassboss_lib.contracts.feature import Feature
from bassboss_lib.errors import InputRefused
from bassboss_lib.learning import Sample
from bassboss_lib.learning.encoding import Encoding, fit_encoding

AGE = Feature("age", "customer", "years", "年龄", "Age")
BRAND = Feature("brand", "customer", "", "品牌", "Brand", kind="category")


def fitted(ages: list, brands: list) -> Encoding:
    frame = pd.DataFrame({"age": ages, "brand": brands})
    return fit_encoding(Sample(pd.DataFrame({"row": range(len(ages))}), frame, None, (AGE, BRAND)))


def test_codes_are_numbered_by_frequency_then_name() -> None:
    encoding = fitted([1.0, 2.0, 3.0, 4.0, 5.0], ["b", "a", "c", "c", "a"])
    assert encoding.columns[1].categories == ("a", "c", "b")


def test_R20_infinite_missing_and_unseen_become_nan() -> None:
    encoding = fitted([1.0, np.inf, 3.0], ["a", "b", None])
    matrix = encoding.matrix(pd.DataFrame({"age": [-np.inf, None, 2.0], "brand": ["z", None, "b"]}))
    np.testing.assert_array_equal(matrix, [[np.nan, np.nan], [np.nan, np.nan], [2.0, 1.0]])
    assert encoding.notes == ("age: 1 infinite values read as missing",)


def test_R20_constant_columns_are_left_out_with_a_note() -> None:
    encoding = fitted([7.0, 7.0], ["a", "b"])
    assert encoding.names == ["brand"]
    assert encoding.dropped == ("age",)
    assert encoding.notes == ("age: constant in the training rows, left out",)


def test_a_column_that_is_sometimes_missing_is_not_constant() -> None:
    assert fitted([7.0, np.nan], ["a", "b"]).names == ["age", "brand"]


def test_the_code_nan_is_a_code_and_missing_is_not() -> None:
    encoding = fitted([1.0, 2.0, 3.0], ["nan", "nan", None])
    assert encoding.matrix(pd.DataFrame({"age": [1.0, 1.0], "brand": ["nan", None]}))[:, 1].tolist()[0] == 0.0
    assert np.isnan(encoding.matrix(pd.DataFrame({"age": [1.0], "brand": [None]}))[0, 1])


def test_column_order_of_the_frame_does_not_matter() -> None:
    encoding = fitted([1.0, 2.0], ["a", "b"])
    frame = pd.DataFrame({"brand": ["b"], "extra": [1], "age": [5.0]})
    assert encoding.matrix(frame).tolist() == [[5.0, 1.0]]


def test_I20_missing_columns_are_named() -> None:
    with pytest.raises(InputRefused, match="I20: 1 columns of the model are missing: brand"):
        fitted([1.0, 2.0], ["a", "b"]).matrix(pd.DataFrame({"age": [1.0]}))


def test_json_gives_the_same_encoding_back() -> None:
    encoding = fitted([1.0, 2.0], ["神州行", "b"])
    assert Encoding.from_json(encoding.to_json()) == encoding
