from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.campaigns import remember_assignments, universal_control
from bassboss_lib.care.assigning import CareDesign, assign_care, limits_of
from bassboss_lib.care.beliefs import beliefs_of, read_beliefs
from bassboss_lib.care.catalogue import Catalogue, catalogue
from bassboss_lib.care.people import Candidates, candidates
from bassboss_lib.workspace import Workspace
from tests.care.people import MONTH, Put, complaint, delivered, quiet

DESIGN = CareDesign(size=40, budget_fen=30_000, control_share=0.25, explore_share=0.2, universal_share=0.1)


def crowd(put: Put, count: int = 200) -> None:
    """Deliver people of many kinds: birthdays, anniversaries, newcomers, complaints."""
    people = [
        quiet(
            f"c{number:04}",
            birth_date=date(1950 + number % 50, 1 + number % 12, 5),
            join_date=date(2005 + number % 21, 1 + number % 12 if number % 21 < 20 else 5, 9),
            terminal_tac=f"86{number % 30:06}",
        )
        for number in range(count)
    ]
    filed = [complaint(f"c{number:04}", datetime(2026, 10, 28)) for number in range(0, count, 9)]
    delivered(put, people, complaint=filed)


def assigned(workspace: Workspace, design: CareDesign = DESIGN, known: Catalogue | None = None) -> tuple:
    told = known or catalogue()
    given = candidates(workspace, MONTH, told)
    beliefs = read_beliefs(workspace, MONTH, told, given.rows["segment_id"].unique())
    return given, assign_care(workspace, given, beliefs, told, design, campaign="K202610-01", month=MONTH)


def generous(**changes: float) -> Catalogue:
    """Give a catalogue for a tiny operator: capacities for two hundred customers, unless changed."""
    told = catalogue().model_dump()
    for code, form in told["forms"].items():
        form["capacity_per_10k"] = changes.get(code, 50 * form["capacity_per_10k"])
    told["channels"] = {code: 50 * per for code, per in told["channels"].items()}
    return Catalogue.model_validate(told)


def test_nobody_has_two_forms_and_no_limit_is_exceeded(workspace: Workspace, put: Put) -> None:
    crowd(put)
    known = generous(F02=150)
    given, rows = assigned(workspace, known=known)
    listed = rows[rows["arm"] == "listed"]
    assert rows.index.is_unique
    assert 0 < len(listed) <= DESIGN.size
    assert listed["cost_fen"].sum() <= DESIGN.budget_fen
    limits = limits_of(known, given.forms, given.customers, DESIGN)
    counts = listed["care_form"].value_counts().reindex(list(given.forms)).fillna(0).to_numpy()
    assert (counts <= limits.forms).all()
    assert (np.bincount(limits.channels, counts) <= limits.channel_most).all()
    assert counts[list(given.forms).index("F02")] <= 3


def test_only_forms_that_suit_are_given_and_controls_have_the_form_they_would_have_had(
    workspace: Workspace, put: Put
) -> None:
    crowd(put)
    given, rows = assigned(workspace, known=generous())
    place = given.rows.index.get_indexer(rows.index)
    chosen = rows["arm"] != "universal"
    at = [given.forms.index(form) for form in rows.loc[chosen, "care_form"]]
    assert given.suits[place[chosen.to_numpy()], at].all()
    kept = rows["arm"].isin(["control", "asked"])
    assert kept.sum() >= 0.25 * chosen.sum()
    assert set(rows.loc[kept, "care_form"]) <= set(given.forms)
    assert (rows.loc[chosen, "p_form"].between(0, 1) & (rows.loc[chosen, "p_form"] > 0)).all()
    alone = rows["stratum"].map(rows["stratum"].value_counts()) == 1  # rather a control too many than too few
    assert (rows.loc[chosen & ~alone, "p_control"] < 1).all()


def test_the_universal_control_group_is_never_listed(workspace: Workspace, put: Put) -> None:
    crowd(put)
    given, rows = assigned(workspace, known=generous())
    names = given.rows.index.tolist()
    out = universal_control(workspace, names, MONTH, share=0.1, refresh_share=0.25)
    assert set(rows.index[rows["arm"] == "universal"]) == set(given.rows.index[out])


def test_the_probability_of_a_form_is_the_share_of_the_group_that_got_it(workspace: Workspace, put: Put) -> None:
    crowd(put)
    given, rows = assigned(workspace, known=generous())
    frame = given.rows.join(rows[["care_form", "explored", "p_form"]])
    frame["key"] = [f"{row.segment_id}{suit.tolist()}{now.tolist()}{row.earlier}" for row, suit, now in
                    zip(given.rows.itertuples(), given.suits, given.urgent, strict=True)]  # fmt: skip
    frame["explored"] = frame["explored"].fillna(False).astype(bool)
    for _, part in frame.groupby(["key", "explored"]):
        counts = part["care_form"].value_counts()
        for form in set(part["care_form"].dropna()) - {""}:
            assert part.loc[part["care_form"] == form, "p_form"].iloc[0] == pytest.approx(counts[form] / len(part))


def test_the_same_again_is_the_same(workspace: Workspace, put: Put) -> None:
    crowd(put)
    one, other = (assigned(workspace, known=generous())[1] for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_a_form_without_capacity_is_never_given(workspace: Workspace, put: Put) -> None:
    crowd(put)
    _, rows = assigned(workspace, known=generous(F02=0, F12=0))
    assert not set(rows["care_form"]) & {"F02", "F12"}
    assert (rows["arm"] == "listed").any()


def test_customers_all_alike_are_still_assigned_by_chance(workspace: Workspace, put: Put) -> None:
    delivered(put, [quiet(f"c{number:03}") for number in range(100)])
    given, rows = assigned(workspace, known=generous())
    assert given.rows["segment_id"].nunique() == 1
    assert (rows["arm"] == "listed").sum() > 0
    assert (rows["arm"].isin(["control", "asked"])).sum() >= 0.25 * (rows["arm"] == "listed").sum() / 0.75 - 1


def test_an_empty_segment_is_no_trouble(workspace: Workspace, put: Put) -> None:
    crowd(put)
    known = generous()
    given = candidates(workspace, MONTH, known)
    beliefs = beliefs_of(known, [*given.rows["segment_id"].unique(), "S99"])
    rows = assign_care(workspace, given, beliefs, known, DESIGN, campaign="K202610-01", month=MONTH)
    assert "S99" not in set(rows["segment_id"])


def test_nobody_at_all_is_nobody_assigned(workspace: Workspace, put: Put) -> None:
    delivered(put, [quiet("a")])
    known = catalogue()
    whole = candidates(workspace, MONTH, known)
    none = Candidates(whole.rows.iloc[:0], whole.suits[:0], whole.urgent[:0], whole.forms, whole.found, whole.excluded)
    beliefs = beliefs_of(known, ["V1T1"])
    rows = assign_care(workspace, none, beliefs, known, DESIGN, campaign="K202610-01", month=MONTH)
    assert len(rows) == 0


def listed(workspace: Workspace, campaign: str, arms: dict[str, str], form: str = "F02") -> None:
    rows = pd.DataFrame({"arm": list(arms.values()), "care_form": form}, index=pd.Index(list(arms), name="pseudonym"))
    remember_assignments(workspace, campaign[1:7], campaign, rows)


def test_who_was_cared_for_rests_and_controls_are_held_unless_something_urgent_happened(
    workspace: Workspace, put: Put
) -> None:
    names = ["listed", "control", "asked", "hurt", "retained", "kept", "free", "mute"]
    delivered(put, [quiet(name) for name in names], complaint=[complaint("hurt", datetime(2026, 10, 28))])
    listed(workspace, "K202609-01", {"listed": "listed", "control": "control", "asked": "asked", "hurt": "listed"})
    listed(workspace, "R202610-01", {"retained": "listed", "kept": "control", "free": "waiting"})
    put("do_not_contact", "202611", [{"pseudonym": "mute", "scope": "all"}])
    path = workspace.warehouse / "do_not_contact" / "month=202611"
    (path / "part-00.parquet").rename(path / "part-02-00.parquet")
    given = candidates(workspace, MONTH, catalogue())
    assert set(given.rows.index) == {"hurt", "free"}
    forms = {name: set(np.array(given.forms)[suit]) for name, suit in zip(given.rows.index, given.suits, strict=True)}
    assert forms["hurt"] == {"F12"}
    assert given.excluded == {
        "do_not_contact": 1, "minor": 0, "retention_campaign": 2, "frequency_cap": 0, "cool_down": 1,
        "control_hold": 2, "other_list": 0, "no_form": 0,
    }  # fmt: skip
    assert given.rows.loc["hurt", "earlier"] == 1


def test_a_list_on_demand_is_for_what_is_urgent(workspace: Workspace, put: Put) -> None:
    delivered(put, [quiet("a"), quiet("b")], complaint=[complaint("b", datetime(2026, 10, 28))])
    given = candidates(workspace, MONTH, catalogue(), urgent_only=True)
    assert set(given.rows.index) == {"b"}
    assert given.excluded["no_form"] == 1


def test_whoever_another_list_of_the_month_has_is_left_to_it_in_the_order_of_their_making(
    workspace: Workspace, put: Put
) -> None:
    names = ["told", "asked", "kept", "universal", "free"]
    delivered(put, [quiet(name) for name in names])
    arms = dict(zip(names, ["listed", "asked", "control", "universal"], strict=False))
    for campaign in ("K20261104", "K202610-01", "K20261105"):
        rows = pd.DataFrame({"arm": list(arms.values()), "care_form": "F02"}, pd.Index(list(arms), name="pseudonym"))
        remember_assignments(workspace, MONTH, campaign, rows)
        arms = {"free": "listed"}
    given = {name: candidates(workspace, MONTH, catalogue(), campaign=name) for name in ("K20261104", "K202610-01")}
    assert set(given["K20261104"].rows.index) == set(names)  # made first, and made again
    assert set(given["K202610-01"].rows.index) == {"universal", "free"}
    assert given["K202610-01"].excluded["other_list"] == 3
    later = candidates(workspace, MONTH, catalogue(), campaign="K20261109")
    assert set(later.rows.index) == {"universal"}
    assert len(candidates(workspace, MONTH, catalogue()).rows) == 5
