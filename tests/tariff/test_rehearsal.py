from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from bassboss_lib.errors import CallError
from bassboss_lib.rating import Catalogue, Plan
from bassboss_lib.reports.rehearsal_page import prepaid_words
from bassboss_lib.tariff.candidates import read_candidates, with_plans, write_plan
from bassboss_lib.tariff.choice_checks import even_competition, share_bands
from bassboss_lib.tariff.material import boss_material
from bassboss_lib.tariff.rehearsal import Rehearsal, rehearse
from bassboss_lib.tariff.scenarios import (
    INERTIA,
    break_even,
    calibrated_probabilities,
    effects,
    fit_history,
    least_bill,
    logit_probabilities,
    migration,
    offered,
    usage_response,
)
from bassboss_lib.tariff.winners import by_trait, change_fen, winners
from bassboss_lib.workspace import Workspace
from tests.tariff.worlds import CATALOGUE, MONTHS, Put, fill


def cheaper(**changes: object) -> Plan:
    """A plan like one of the first brand, two yuan less."""
    plan = CATALOGUE.plans[0].model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Plan.model_validate(plan | {"id": "NEW", "fee": {"amount": "56.00", "period": "month"}} | changes)


@pytest.fixture
def said(workspace: Workspace, put: Put) -> Rehearsal:
    fill(put, people=120, changed=30, exact=False)
    return rehearse(boss_material(workspace, MONTHS), [cheaper()])


def test_the_same_plan_for_two_yuan_less_is_two_yuan_less_for_everybody(said: Rehearsal) -> None:
    first, new = said.plans.index(CATALOGUE.plans[0].id), said.plans.index("NEW")
    assert np.array_equal(said.bills_fen[:, new], said.bills_fen[:, first] - 200)
    assert change_fen(said, "NEW")[said.own == first] == pytest.approx(-200.0, abs=20_000)
    row = winners(said).set_index("plan").loc["NEW"]
    assert row["winners"] + row["losers"] <= 1
    assert row["p5_fen"] <= row["p50_fen"] <= row["p95_fen"]
    assert row["revenue_fen"] == pytest.approx(said.mean(said.bills_fen[:, new]).sum())


def test_threads_and_plans_together_change_no_bill(workspace: Workspace, put: Put, said: Rehearsal) -> None:
    given = boss_material(workspace, MONTHS)
    assert np.array_equal(rehearse(given, [cheaper()], threads=3).bills_fen, said.bills_fen)
    alone = rehearse(given)
    assert np.array_equal(alone.bills_fen, said.bills_fen[:, :-1])
    assert alone.new == ()


def test_the_least_bill_is_least_and_bound_to_the_brand(said: Rehearsal) -> None:
    shares = least_bill(said)
    assert shares.sum(axis=1) == pytest.approx(1.0)
    assert not shares[~offered(said)].any()
    least = effects("least", said, shares)
    assert least.revenue_fen <= least.before_fen
    table = migration(said, shares)
    assert table.to_numpy().sum() == pytest.approx(len(said.billed))
    assert table["NEW"].sum() == pytest.approx(least.take_up["NEW"] * len(said.billed))


def test_the_survey_sets_the_level_and_the_logit_the_order(said: Rehearsal) -> None:
    model = fit_history(said, movers_min=10)
    new = said.plans.index("NEW")
    plain = logit_probabilities(said, model)
    moved = calibrated_probabilities(said, model, 0.05)
    assert moved[:, new].mean() == pytest.approx(0.05, abs=1e-8)
    assert plain.sum(axis=1) == pytest.approx(1.0)
    assert np.corrcoef(np.argsort(np.argsort(plain[:, new])), np.argsort(np.argsort(moved[:, new])))[0, 1] > 0.99
    assert logit_probabilities(said, model, inertia=5.0)[:, new].mean() < plain[:, new].mean()


def test_with_few_changes_switching_is_not_learnt(said: Rehearsal) -> None:
    model = fit_history(said, movers_min=10_000)
    named = dict(zip(model.names, model.coefficients, strict=True))
    assert (named["switch"], named["switch_tenure"]) == (0.0, 0.0)
    assert abs(fit_history(said, movers_min=10).coefficients[4]) > 0.1


def test_bands_of_shares_hold_the_share_and_even_competition_is_tested(said: Rehearsal) -> None:
    model = fit_history(said, movers_min=10)
    table = share_bands(said, model, draws=60, seed=1).set_index("plan")
    shares = logit_probabilities(said, model, inertia=INERTIA).mean(axis=0)
    assert table["share"].to_dict() == pytest.approx(dict(zip(said.plans, shares, strict=True)))
    assert (table["p10"] < table["p50"]).all()
    assert (table["p50"] < table["p90"]).all()
    assert ((table["p10"] - 0.05 < table["share"]) & (table["share"] < table["p90"] + 0.05)).all()
    tested = even_competition(said)
    assert 0 < len(tested) <= 4
    assert tested["p_value"].between(0, 1).all()
    assert tested["customers"].is_monotonic_decreasing


def test_usage_follows_its_price_and_breaks_even_somewhere(said: Rehearsal) -> None:
    shares = least_bill(said)
    static = effects("least", said, shares).revenue_fen
    assert usage_response(said, shares, 0.0) == pytest.approx(static)
    assert usage_response(said, shares, -0.4) > static
    at = break_even(said, shares)
    if np.isfinite(at):
        assert usage_response(said, shares, at) == pytest.approx(said.mean(said.current_fen).sum(), rel=1e-4)


def test_who_they_are_adds_up(said: Rehearsal) -> None:
    shares = least_bill(said)[:, said.plans.index("NEW")]
    table = by_trait(said, "NEW", shares)
    for trait in ("age_years", "bill_yuan"):
        rows = table[table["trait"] == trait]
        assert rows["customers"].sum() == len(said.billed)
        assert (rows["take_up"] * rows["customers"]).sum() == pytest.approx(shares.sum())


def test_candidates_are_read_written_and_refused_with_key(tmp_path: Path) -> None:
    path = write_plan(tmp_path / "new.yaml", [cheaper()])
    assert read_candidates(path, CATALOGUE) == [cheaper()]
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for change, told in (({"fees": 1}, r"plans\.0\.fees"), ({"id": CATALOGUE.plans[0].id}, "exists")):
        wrong = tmp_path / "wrong.yaml"
        wrong.write_text(yaml.safe_dump({"plans": [content["plans"][0] | change]}), encoding="utf-8")
        with pytest.raises(CallError, match=told):
            read_candidates(wrong, CATALOGUE)
    with pytest.raises(CallError, match=r"rates|of"):
        with_plans(CATALOGUE, [cheaper(rates=[{"of": ["no.such"], "price": "1"}])])


def test_the_page_says_that_its_figures_leave_cut_off_out(said: Rehearsal) -> None:
    told = prepaid_words(said, "en").plain
    prepaid = [plan.id for plan in CATALOGUE.plans if plan.payment == "prepaid" and plan.scope == "customer"]
    assert told.startswith(", ".join(prepaid) + " are prepaid")
    assert "余额始终够用" in prepaid_words(said, "zh").plain


def test_two_plans_are_too_few_to_test_even_competition(said: Rehearsal) -> None:
    held = np.unique(said.plan_of_row)[:2]
    mine = np.isin(said.plan_of_row, held)
    owners = np.unique(said.owner[mine])
    kept = np.isin(said.owner, owners) & ~np.isin(said.owner, said.owner[~mine])
    rows = {name: getattr(said, name)[kept] for name in ("bills_fen", "current_fen", "owner", "month")}
    rows["bills_fen"] = rows["bills_fen"][:, held]
    two = replace(
        said,
        catalogue=Catalogue(header=CATALOGUE.header, plans=tuple(said.catalogue.plans[place] for place in held)),
        plan_of_row=np.searchsorted(held, said.plan_of_row[kept]),
        headroom=said.headroom[np.isin(said.billed, said.owner[kept])][:, held],
        new=(),
        **rows,
    )
    assert even_competition(two).empty
