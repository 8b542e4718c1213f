import numpy as np
import pandas as pd
import pytest

from bassboss_lib.campaigns import Design, assign, uniforms, universal_control
from bassboss_lib.workspace import Workspace


def people(count: int) -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = pd.DataFrame({"value": random.gamma(2, 3000, count), "churn_probability": random.beta(1, 8, count)})
    rows.index = pd.Index([f"{number:032x}" for number in range(count)], name="pseudonym")
    stake = rows["value"] * rows["churn_probability"]
    return rows.loc[stake.sort_values(ascending=False, kind="stable").index]


def drawn(workspace: Workspace, count: int = 5000, **changes: float) -> pd.DataFrame:
    design = Design(**{"size": 500, "control_share": 0.2, "explore_share": 0.2, **changes})  # type: ignore[arg-type]
    return assign(workspace, people(count), design, campaign="R202610-01", month="202610").rows


def test_the_list_is_never_longer_than_its_capacity_and_nearly_full(workspace: Workspace) -> None:
    for share in (0.0, 0.1, 0.35):
        listed = (drawn(workspace, control_share=share)["arm"] == "listed").sum()
        assert 475 <= listed <= 500


def test_every_stratum_keeps_the_same_share_of_controls(workspace: Workspace) -> None:
    rows = drawn(workspace)
    able = rows[rows["arm"].isin(["listed", "control"])]
    for _, part in able.groupby("stratum"):
        assert abs((part["arm"] == "control").mean() - 0.2) < 0.06
        assert (part["arm"] == "control").mean() == pytest.approx(part["p_control"].iloc[0])


def test_probabilities_add_up_to_the_list(workspace: Workspace) -> None:
    rows = drawn(workspace)
    assert rows["p_listed"].sum() == pytest.approx((rows["arm"] == "listed").sum(), abs=25)
    assert rows["p_listed"].between(0, 1).all()
    assert (rows.loc[rows["arm"] == "listed", "p_listed"] > 0).all()


def test_explored_customers_come_from_beyond_the_ranking(workspace: Workspace) -> None:
    rows = drawn(workspace)
    explored = rows[rows["explored"]]
    assert explored["rank"].min() > rows[~rows["explored"] & (rows["arm"] != "waiting")]["rank"].max()
    assert len(explored) == pytest.approx(0.2 * (rows["arm"] != "waiting").sum(), abs=1)


def test_the_order_of_rows_does_not_decide_who_is_a_control(workspace: Workspace) -> None:
    ranked, design = people(400), Design(size=100)
    one = assign(workspace, ranked, design, campaign="R202610-01", month="202610").rows
    again = assign(workspace, ranked, design, campaign="R202610-01", month="202610").rows
    pd.testing.assert_frame_equal(one, again)
    other = assign(workspace, ranked, design, campaign="R202611-01", month="202611").rows
    assert (one["arm"] == "control").sum() > 5
    assert set(one.index[one["arm"] == "control"]) != set(other.index[other["arm"] == "control"])


def test_the_universal_control_group_persists_and_is_refreshed_by_its_share(workspace: Workspace) -> None:
    names = [f"{number:032x}" for number in range(20_000)]
    about = {"share": 0.05, "refresh_share": 0.25}
    this_year, same_year, next_year = (
        universal_control(workspace, names, month, **about) for month in ("202601", "202612", "202701")
    )
    assert (this_year == same_year).all()
    assert this_year.mean() == pytest.approx(0.05, abs=0.006)
    assert (this_year & next_year).sum() / this_year.sum() == pytest.approx(0.75, abs=0.05)


def test_the_universal_control_group_is_in_no_list(workspace: Workspace) -> None:
    rows = drawn(workspace)
    universal = universal_control(workspace, rows.index.tolist(), "202610", share=0.02, refresh_share=0.25)
    assert not (universal & (rows["arm"] == "listed")).any()
    assert (rows["arm"] == "universal").sum() > 0


def test_draws_for_different_purposes_are_independent_and_even(workspace: Workspace) -> None:
    names = [f"{number:032x}" for number in range(4000)]
    one, other = uniforms(workspace, "a", names), uniforms(workspace, "b", names)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05
    assert abs(one.mean() - 0.5) < 0.02
    assert one.min() >= 0
    assert one.max() < 1


def test_few_candidates_are_one_stratum_and_still_have_a_control(workspace: Workspace) -> None:
    rows = drawn(workspace, count=12, size=10, explore_share=0.0)
    assert rows.loc[rows["arm"] != "waiting", "stratum"].nunique() == 1
    assert (rows["arm"] == "control").sum() >= 1
