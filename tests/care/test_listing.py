from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib.care.catalogue import catalogue
from bassboss_lib.care.listing import care_list, interface_table
from bassboss_lib.care.occasions import ABOUT
from bassboss_lib.care.wording import reasons_in_words, scripts
from bassboss_lib.workspace import Workspace
from tests.care.people import MONTH
from tests.care.test_assigning import assigned, crowd, generous

Put = Callable[..., None]


def test_controls_who_are_asked_stand_among_those_cared_for(workspace: Workspace, put: Put) -> None:
    crowd(put)
    known = generous()
    given, rows = assigned(workspace, known=known)
    made = care_list(rows, given, known, MONTH)
    asked = made.rows[made.rows["arm"] == "asked"]
    assert len(asked) > 0
    assert made.rows["priority"].tolist() == list(range(1, len(made.rows) + 1))
    places = made.rows.assign(key=made.rows.index)[["urgent", "expected_points", "arpu_fen", "key"]]
    order = sorted(places.itertuples(index=False, name=None), key=lambda one: (not one[0], -one[1], -one[2], one[3]))
    assert [one[3] for one in order] == made.rows.index.tolist()
    assert asked["priority"].min() < made.listed["priority"].max()


def test_controls_who_are_asked_get_the_form_that_asks_and_no_reason(workspace: Workspace, put: Put) -> None:
    crowd(put)
    known = generous()
    given, rows = assigned(workspace, known=known)
    asked = care_list(rows, given, known, MONTH).rows.query("arm == 'asked'")
    assert set(asked["care_form"]) == {"F22"}
    assert set(asked["care_reason"]) == {"C99"}
    assert set(asked["care_channel"]) == {"20"}
    assert set(asked["script"]) == {catalogue().ask.script.zh}


def test_what_was_complained_of_stands_in_the_reason_and_in_the_words_for_the_agent() -> None:
    rows = pd.DataFrame(
        {"occasion": ["complaint_open", "complaint_closed", "complaint_open"], "care_form": "F12",
         "expected_points": 0.5, "care_channel": "10", "due": None},
    )  # fmt: skip
    facts = pd.DataFrame({"complaints_open": [1.0, np.nan, 2.0], "complaint_satisfaction": [np.nan, 2.0, np.nan]})
    facts = facts.assign(arpu_fen=5000.0, balance_fen=np.nan, **{ABOUT: ["coverage,threat", "bill", None]})
    zh, en = (reasons_in_words(rows, facts, catalogue(), language) for language in ("zh", "en"))
    assert [text.partition("；")[0] for text in zh] == [
        "1 件投诉未结：信号覆盖、扬言离网",
        "投诉办结满意度 2 分：账单争议",
        "2 件投诉未结",
    ]
    assert en[0].startswith("1 complaint(s) still open: coverage, threatens to leave; ")
    assert "（依据：1 件投诉未结：信号覆盖、扬言离网）" in scripts(rows, facts, catalogue())[0]
    assert "（依据：2 件投诉未结）" in scripts(rows, facts.drop(columns=ABOUT), catalogue())[2]


def test_network_trouble_is_told_by_complaints_if_there_are_any_and_by_calls() -> None:
    rows = pd.DataFrame({"occasion": ["network_trouble"] * 2, "care_form": "F11", "expected_points": 0.5})
    facts = pd.DataFrame({"network_complaints": [1.0, np.nan], "short_call_share": [0.03, 0.31], "arpu_fen": 5000.0})
    facts = facts.assign(balance_fen=np.nan, **{ABOUT: ["slow_data", None]})
    told = [text.partition("；")[0] for text in reasons_in_words(rows, facts, catalogue())]
    assert told == ["网络投诉 1 件：上网质量，短通话占比 3%", "短通话占比 31%"]


def test_the_interface_table_joins_identities_in_the_order_of_the_list(workspace: Workspace, put: Put) -> None:
    crowd(put)
    known = generous()
    given, rows = assigned(workspace, known=known)
    made = care_list(rows, given, known, MONTH)
    names = list(reversed(made.rows.index))
    identities = pa.table(
        {
            "pseudonym": names,
            "customer_id": [f"1{name[1:]:0>9}" for name in names],
            "msisdn": [f"1380000{name[1:]}" for name in names],
            "name": ["张\n三"] * len(names),
        }
    )
    table = interface_table(made.rows, identities, campaign="K202610-01", month=MONTH)
    assert table["msisdn"].to_pylist() == [f"1380000{name[1:]}" for name in made.rows.index]
    assert set(table["customer_name"].to_pylist()) == {"张 三"}
    assert table["priority"].to_pylist() == made.rows["priority"].tolist()


def test_what_the_customer_reads_has_no_evidence_and_what_an_agent_reads_has(workspace: Workspace, put: Put) -> None:
    crowd(put)
    known = generous()
    given, rows = assigned(workspace, known=known)
    listed = care_list(rows, given, known, MONTH).listed
    written = listed[listed["care_channel"].isin(["20", "21"])]
    spoken = listed[~listed["care_channel"].isin(["20", "21"])]
    assert len(written) > 0
    assert written["script"].tolist() == [known.forms[code].script.zh for code in written["care_form"]]
    assert len(spoken) > 0
    assert all("（依据：" in text for text in spoken["script"])
