import numpy as np
import pandas as pd
import pytest

from bassboss_lib.care.records import records


def test_a_record_knows_only_campaigns_before_and_is_drawn_towards_nothing() -> None:
    told = pd.DataFrame({"campaign": ["2", "1", "3", "1"]}, index=["a", "a", "a", "b"])
    before, after = records(told, np.array([0.5, 1.0, -3.0, 0.4]), 2.0)
    assert before.tolist() == pytest.approx([1.0 / 3, 0.0, 1.5 / 4, 0.0])
    assert after.to_dict() == pytest.approx({"a": -1.5 / 5, "b": 0.4 / 3})


def test_nobody_has_no_record() -> None:
    before, after = records(pd.DataFrame({"campaign": []}), np.empty(0), 1.0)
    assert len(before) == len(after) == 0
