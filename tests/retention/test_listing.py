import pandas as pd
import pyarrow as pa

from bassboss_lib.retention.listing import call_traits, fit_bytes, interface_table, select


def _scored(rows: list[tuple]) -> pd.DataFrame:
    columns = ["pseudonym", "churn_probability", "value", "silent"]
    return pd.DataFrame(rows, columns=columns).set_index("pseudonym").assign(do_not_contact=False)


def test_the_list_is_ordered_by_value_at_stake_and_ties_by_key() -> None:
    scored = _scored([("d", 0.2, 500, False), ("b", 0.1, 1000, False), ("a", 0.1, 1000, False), ("c", 0.9, 9000, True)])
    chosen = select(scored, size=10, probability_min=0.05)
    assert chosen.rows.index.tolist() == ["a", "b", "d"]
    assert chosen.rows["priority"].tolist() == [1, 2, 3]
    assert chosen.value_at_stake == 300
    assert chosen.excluded == {"do_not_contact": 0, "silent": 1, "below_probability": 0, "beyond_size": 0}


def test_S12_who_must_not_be_contacted_is_not_listed_and_counted() -> None:
    scored = _scored([("a", 0.2, 500, False), ("b", 0.1, 1000, True), ("c", 0.9, 9000, False)])
    chosen = select(scored.assign(do_not_contact=[False, True, True]), size=10, probability_min=0.05)
    assert chosen.rows.index.tolist() == ["a"]
    assert chosen.excluded == {"do_not_contact": 2, "silent": 0, "below_probability": 0, "beyond_size": 0}


def test_every_customer_is_listed_or_counted() -> None:
    scored = _scored([(f"c{n:02}", n / 100, 100, n % 7 == 0) for n in range(50)])
    chosen = select(scored, size=5, probability_min=0.2)
    assert len(chosen.rows) + sum(chosen.excluded.values()) == len(scored)


def test_texts_are_fitted_at_a_trait_and_never_inside_a_character() -> None:
    assert fit_bytes("应收 1; 投诉 2; 短 3", 15, "gb18030") == "应收 1; 投诉 2"
    assert fit_bytes("𠀀𠀀", 5, "gb18030") == "𠀀"
    assert fit_bytes("", 5, "gb18030") == ""


def test_how_a_customer_communicates_in_words() -> None:
    names = ["call_out_min", "call_in_min", "sms_out_count", "data_mb", "partner_count", "off_net_share"]
    x = pd.DataFrame([[120.4, 80.0, 3.0, 512.0, 23.0, 0.31]], columns=names)
    assert call_traits(x) == ["月均主叫120分钟、被叫80分钟，短信3条，流量512MB；联系人23个，异网通话31%"]
    assert call_traits(x, "en")[0].startswith("120 min out and 80 min in")


def test_the_interface_table_has_the_fields_of_table_3_2() -> None:
    rows = pd.DataFrame(
        {
            "segment_id": "V3T2",
            "segment_traits": "高价值、入网一至三年",
            "arpu_fen": 12000,
            "mou_min": 300,
            "credit_fen": 20000,
            "growth_potential": 2,
            "churn_probability": 0.0123454,
            "churn_reason": "R01",
            "churn_traits": "应收变化 80%",
            "call_traits": "月均主叫1分钟",
            "priority": 1,
        },
        index=pd.Index(["p1"], name="pseudonym"),
    )
    identities = pa.table({"pseudonym": ["p1"], "customer_id": ["0007"], "msisdn": ["14000000001"], "name": ["㐂"]})
    [row] = interface_table(rows, identities, campaign="R202610", month="202610").to_pylist()
    assert row == {
        "campaign_id": "R202610",
        "analysis_month": "202610",
        "submitted_at": None,
        "customer_id": "0007",
        "msisdn": "14000000001",
        "customer_name": "㐂",
        "segment_id": "V3T2",
        "segment_traits": "高价值、入网一至三年",
        "arpu_fen": 12000,
        "mou_min": 300,
        "credit_fen": 20000,
        "growth_potential": "2",
        "churn_probability": "0.012345",
        "churn_reason": "R01",
        "churn_traits": "应收变化 80%",
        "call_traits": "月均主叫1分钟",
        "recommended_offer": None,
        "priority": 1,
    }
