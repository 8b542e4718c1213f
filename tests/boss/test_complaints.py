import pandas as pd

from bassboss_lib.boss.state import State


def _all(files: list[dict]) -> pd.DataFrame:
    return pd.concat([tables["complaint"].to_pandas() for tables in files])


def test_a_complaint_that_failed_reads_like_one(files: list[dict]) -> None:
    frame = _all(files)
    failed = frame["result"] == "rejected"
    assert 0.1 < failed.mean() < 0.5
    assert frame.loc[failed, "satisfaction"].max() < frame.loc[~failed, "satisfaction"].min()
    assert 0.01 < frame["closed_at"].isna().mean() < 0.15
    hours = (frame["first_reply_at"] - frame["filed_at"]).dt.total_seconds() / 3600
    assert hours[failed].min() > hours[~failed & frame["closed_at"].notna()].max()


def test_complaint_ids_are_unique_over_the_months_and_replies_come_in_order(files: list[dict]) -> None:
    frame = _all(files)
    assert frame["complaint_id"].is_unique
    answered, closed = frame["first_reply_at"].notna(), frame["closed_at"].notna()
    assert (frame["filed_at"] < frame["first_reply_at"])[answered].all()
    assert (frame["first_reply_at"] < frame["closed_at"])[closed].all()
    assert (answered | ~closed).all()
    assert frame["content"].nunique() > 0.6 * len(frame)


def test_network_complaints_come_from_where_calls_drop(town: list[State]) -> None:
    drop = [state.people["drop_share"][state.people["complaint"] == 1].mean() for state in town]
    others = [state.people["drop_share"].mean() for state in town]
    assert sum(drop) > 1.5 * sum(others)
