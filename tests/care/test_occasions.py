from datetime import date, datetime

import pandas as pd
import pytest

from bassboss_lib.care.catalogue import catalogue
from bassboss_lib.care.occasions import ABOUT, OCCASIONS, first_occasion, occasions
from bassboss_lib.errors import InputRefused
from bassboss_lib.features import View
from bassboss_lib.segments import value_block
from bassboss_lib.workspace import Workspace
from tests.care.people import MONTH, Put, complaint, delivered, quiet, usage


def found(workspace: Workspace) -> dict[str, set[str]]:
    view = View(workspace, MONTH)
    holds = occasions(view, value_block(view), catalogue()).holds
    assert list(holds.columns) == list(OCCASIONS)
    seasonal = {"general", "points_expiring", "terminal_old"}  # terminals stand in an order, so somebody's is oldest
    return {str(name): {one for one in OCCASIONS if row[one]} - seasonal for name, row in holds.iterrows()}


def test_each_occasion_is_found_from_its_own_table(workspace: Workspace, put: Put) -> None:
    people = [
        quiet("birthday", birth_date=date(1980, 11, 30)),
        quiet("anniversary", join_date=date(2020, 11, 8)),
        quiet("contract", contract_end=date(2026, 12, 31)),
        quiet("ended", contract_end=date(2026, 9, 30)),
        quiet("newcomer", join_date=date(2026, 9, 1)),
        quiet("vip", vip_flag="1"),
        *(quiet(name) for name in ("silent", "falling", "roaming", "breaking", "owing", "low", "jump", "dull")),
    ]
    dull = [usage(row["pseudonym"]) for row in people]
    own = {
        "silent": {"own_event_count": 0},
        "falling": {"event_count": 10},
        "roaming": {"abroad_count": 3},
        "breaking": {"call_short_count": 10},
    }
    put("usage_month", "202609", dull)
    put("bill_month", "202609", [{"pseudonym": row["pseudonym"], "receivable_fen": 5000} for row in people])
    put("balance", "202609", [{"pseudonym": "low", "balance_fen": 9000}])
    delivered(
        put,
        people,
        usage_month=[{**row, **own.get(row["pseudonym"], {})} for row in dull],
        bill_month=[{"pseudonym": row["pseudonym"], "receivable_fen": 7500 if row["pseudonym"] == "jump" else 5000}
                    for row in people],
        balance=[{"pseudonym": "low", "balance_fen": 100}, {"pseudonym": "dull", "balance_fen": 0}],
        arrears=[{"pseudonym": "owing", "months_owed": 1}],
    )  # fmt: skip
    assert found(workspace) == {
        "birthday": {"birthday"},
        "anniversary": {"anniversary"},
        "contract": {"contract_ending"},
        "ended": set(),
        "newcomer": {"newcomer"},
        "vip": {"high_value"},
        "silent": {"silent"},
        "falling": {"falling_use"},
        "roaming": {"roaming"},
        "breaking": {"network_trouble"},
        "owing": {"arrears"},
        "low": {"balance_low"},
        "jump": {"bill_unusual"},
        "dull": set(),
    }


def test_complaints_are_open_closed_badly_or_about_the_network(workspace: Workspace, put: Put) -> None:
    closed = datetime(2026, 10, 20)
    delivered(
        put,
        [quiet(name) for name in ("open", "later", "bad", "good", "network")],
        complaint=[
            complaint("open", datetime(2026, 10, 29)),
            complaint("later", datetime(2026, 10, 29), closed_at=datetime(2026, 11, 1), satisfaction=1),
            complaint("bad", datetime(2026, 10, 9), closed_at=closed, satisfaction=5),
            complaint("good", datetime(2026, 10, 9), closed_at=closed, satisfaction=6),
            complaint("network", datetime(2026, 10, 9), category="network", closed_at=closed, satisfaction=9),
        ],
    )
    assert found(workspace) == {
        "open": {"complaint_open"},
        "later": {"complaint_open"},  # it closes after the month, which is not known yet
        "bad": {"complaint_closed"},
        "good": set(),
        "network": {"network_trouble"},
    }


def test_who_left_has_no_occasion(workspace: Workspace, put: Put) -> None:
    delivered(put, [quiet("a"), quiet("b", status="2010"), quiet("c", status="1031")])
    assert set(found(workspace)) == {"a", "c"}


def test_a_month_without_the_complaint_unit_is_refused(workspace: Workspace, put: Put) -> None:
    delivered(put, [quiet("a")])
    (workspace.warehouse / "complaint" / f"month={MONTH}" / "part-00.parquet").unlink()
    with pytest.raises(InputRefused, match="complaint of 202610 is not in the warehouse") as refused:
        found(workspace)
    assert refused.value.exit_code == 3


def test_the_most_pressing_occasion_is_the_reason() -> None:
    holds = pd.DataFrame(True, index=["a", "b"], columns=list(OCCASIONS))
    holds.loc["b", "complaint_open"] = False
    form = pd.Series(["F12", "F12"], index=["a", "b"])
    among = {"F12": catalogue().forms["F12"].occasions}
    assert first_occasion(holds, among, form).tolist() == ["complaint_open", "complaint_closed"]


def test_where_the_category_says_nothing_the_words_tell_a_network_complaint(workspace: Workspace, put: Put) -> None:
    closed = {"closed_at": datetime(2026, 10, 20), "satisfaction": 9}
    said = {"none": (None, "在家里信号很差"), "other": ("other", "打电话总是掉线"),
            "bill": ("billing", "信号和话费都不对"), "paper": ("other", "发票一直没有收到"),
            "mute": ("other", None)}  # fmt: skip
    delivered(
        put,
        [quiet(name) for name in said],
        complaint=[
            complaint(name, datetime(2026, 10, 9), category=category, content=text, **closed)
            for name, (category, text) in said.items()
        ],
    )
    view = View(workspace, MONTH)
    themes = occasions(view, value_block(view), catalogue()).facts[ABOUT].fillna("")
    assert themes.to_dict() == {
        "none": "coverage", "other": "voice", "bill": "coverage,bill", "paper": "paperwork", "mute": "",
    }  # fmt: skip
    about = {name for name, occasion in found(workspace).items() if occasion == {"network_trouble"}}
    assert about == {"none", "other"}
