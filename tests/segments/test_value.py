from collections.abc import Callable

import pandas as pd

from bassboss_lib.features import View
from bassboss_lib.segments.interim import SEGMENTS, interim_segments
from bassboss_lib.segments.value import growth_class, value_block, year_value_fen
from bassboss_lib.workspace import Workspace
from tests.conftest import customer

RECEIVABLES = {"202608": 3000, "202609": 4000, "202610": 5001}


def test_the_value_block_has_one_definition(workspace: Workspace, put: Callable[..., None]) -> None:
    for month, fen in RECEIVABLES.items():
        put("customer", month, [customer("a", credit_limit_fen=20000), customer("b")])
        put("bill_month", month, [{"pseudonym": "a", "receivable_fen": fen}])
        put("usage_month", month, [{"pseudonym": "a", "call_out_s": 5400, "call_in_s": 1800}])
    values = value_block(View(workspace, "202610"))
    assert values.to_dict("index") == {
        "a": {"arpu_fen": 4000, "mou_min": 120, "credit_fen": 20000, "growth_potential": 5},
        "b": {"arpu_fen": 0, "mou_min": 0, "credit_fen": 10000, "growth_potential": 3},
    }


def test_equal_slopes_share_a_class() -> None:
    assert growth_class(pd.Series([1.0, 1.0, 1.0, 9.0])).tolist() == [3, 3, 3, 5]


def test_every_customer_gets_a_named_segment() -> None:
    segments = interim_segments(pd.Series([0, 10, 10, 90]), pd.Series([None, 0.0, 12.0, 36.0]))
    assert segments.tolist() == ["V1T1", "V2T1", "V2T2", "V3T3"]
    assert set(segments) <= set(SEGMENTS)
    assert len({text["zh"] for text in SEGMENTS.values()}) == 9


def test_the_value_of_a_year_is_margin_times_expected_months() -> None:
    value = year_value_fen(pd.Series([10000, 10000, 0]), pd.Series([0.0, 1.0, 0.5]), 0.5)
    assert value.tolist() == [60000, 0, 0]
    stays = 0.9 ** (1 / 3)
    expected = sum(stays**month for month in range(1, 13))
    assert year_value_fen(pd.Series([1000]), pd.Series([0.1]), 1.0).tolist() == [round(1000 * expected)]
