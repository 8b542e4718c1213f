"""Prepaid bills with the balances that were delivered: literal top-ups, candidates, and no table without balances."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.reports.rehearsal_page import cut_table
from bassboss_lib.tariff.cut_off import cut_off, purses_of
from bassboss_lib.tariff.material import Material, boss_material
from bassboss_lib.tariff.rehearsal import rehearse
from bassboss_lib.workspace import Workspace
from tests.tariff.test_rehearsal import cheaper
from tests.tariff.worlds import MONTHS, Put, fill

RICH = 100_000_000


@pytest.fixture
def given(workspace: Workspace, put: Put) -> Material:
    fill(put, people=30, exact=False)
    return boss_material(workspace, MONTHS)


def _pay(put: Put, given: Material, balance: int, paid: int) -> None:
    names = given.customers["pseudonym"]
    put("balance", "202608", [{"pseudonym": name, "month": "202608", "balance_fen": balance} for name in names])
    for month in MONTHS:
        at = datetime(int(month[:4]), int(month[4:]), 1)
        put("payment", month, [{"pseudonym": name, "paid_at": at, "amount_fen": paid} for name in names])


def test_rich_balances_cut_nothing(workspace: Workspace, put: Put, given: Material) -> None:
    _pay(put, given, RICH, 0)
    said = cut_off(workspace, given).set_index("plan")
    plans = [plan.id for plan in given.catalogue.plans]
    for name, row in said.iterrows():
        bills = rehearse(given)
        mine = bills.plan_of_row == bills.plans.index(name)
        assert row["customer_months"] == mine.sum() > 0
        assert row["made_fen"] == row["whole_fen"] == pytest.approx(bills.current_fen[mine].mean())
        assert row["cut_share"] == row["short_share"] == 0
        assert given.catalogue.plans[plans.index(name)].payment == "prepaid"


def test_without_money_only_what_bundles_cover_is_made(workspace: Workspace, put: Put, given: Material) -> None:
    _pay(put, given, 0, 0)
    said = cut_off(workspace, given).set_index("plan")
    fees = {plan.id: float(plan.fee.amount) * 100 for plan in given.catalogue.plans if plan.payment == "prepaid"}
    for name, row in said.iterrows():
        assert row["made_fen"] == fees[name] < row["whole_fen"]
        assert row["cut_share"] > 0.5
    assert said["cut_share"].min() < 1
    assert said["short_share"].max() == 1


def test_top_ups_count_and_a_candidate_is_for_all_who_are_prepaid(
    workspace: Workspace, put: Put, given: Material
) -> None:
    made = []
    for paid in (0, 9_000, 90_000):
        _pay(put, given, 0, paid)
        said = cut_off(workspace, given, [cheaper(payment="prepaid")]).set_index("plan")
        made.append(said.loc["N1" if "N1" in said.index else said.index[-1], "made_fen"])
    assert made[0] < made[1] <= made[2]
    held = said.index[:-1]
    assert said["customer_months"].iloc[-1] == said.loc[held, "customer_months"].sum()
    purses = purses_of(workspace, given)
    assert np.bincount(purses.owner).tolist() == [2] * 30
    shown = cut_table(said.reset_index(), "en").text
    assert "with the balances there were" in shown


def test_without_balances_there_is_no_table(workspace: Workspace, given: Material) -> None:
    assert cut_off(workspace, given) is None
    assert "balance" not in cut_table(None, "en").text
    assert isinstance(given.sent, pd.DataFrame)
