from collections.abc import Callable

import pytest

from bassboss_lib.features import View
from bassboss_lib.retention.labels import labelled_months, labels, population
from bassboss_lib.workspace import Workspace
from tests.conftest import customer

MONTHS = ["202607", "202608", "202609", "202610"]
STATUSES = {
    "stays": ["1010", "1010", "1031", "1010"],
    "leaves": ["1010", "1010", "1021", "2010"],
    "leaves_at_once": ["1010", "2010", "2010", "2010"],
    "pushed_then_closed": ["1031", "1022", "2010", "2010"],
    "frozen": ["1033", "1010", "2030", "2030"],
    "not_active": ["1040", "2010", "2010", "2010"],
    "lost_from_sight": ["1010", "1010", None, None],
}


@pytest.fixture
def delivered(workspace: Workspace, put: Callable[..., None]) -> Workspace:
    for place, month in enumerate(MONTHS):
        rows = [customer(who, status=codes[place]) for who, codes in STATUSES.items() if codes[place]]
        put("customer", month, rows)
    put("usage_month", "202607", [{"pseudonym": "leaves", "own_event_count": 3}])
    return workspace


def test_the_first_leaving_code_of_the_window_decides(delivered: Workspace) -> None:
    churn = labels(delivered, "202607")["churn"].astype(object).where(lambda value: value.notna(), None)
    assert churn.to_dict() == {
        "stays": 0.0,
        "leaves": 1.0,
        "leaves_at_once": 1.0,
        "pushed_then_closed": None,
        "frozen": None,
        "lost_from_sight": None,
    }


def test_silent_customers_have_no_event_of_their_own(delivered: Workspace) -> None:
    silent = population(View(delivered, "202607"))["silent"]
    assert silent[~silent].index.tolist() == ["leaves"]


def test_a_month_is_labelled_once_its_window_is_delivered(delivered: Workspace) -> None:
    assert labelled_months(delivered) == ["202607"]
