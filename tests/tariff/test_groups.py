from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from bassboss_lib.cli import app
from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.rating import Plan, compile_plans, rate_owner
from bassboss_lib.rating.itemised import months_of
from bassboss_lib.rating.moments import Timetable
from bassboss_lib.reports.rehearsal_page import groups_table
from bassboss_lib.tariff.candidates import with_plans, write_plan
from bassboss_lib.tariff.groups import group_table, group_usage, read_members, rehearse_groups
from bassboss_lib.tariff.material import Material, boss_material
from bassboss_lib.tariff.rehearsal import rehearse
from bassboss_lib.workspace import Workspace
from tests.tariff.worlds import CATALOGUE, MONTHS, Put, fill

VOICE = ["v.local.on", "v.local.off", "v.nat"]
FAMILY = Plan.model_validate(
    {
        "id": "F199",
        "scope": "group",
        "fee": {"amount": "99.00", "per_member": "10.00"},
        "allowances": [
            {"id": "min", "units": "90min", "of": VOICE, "shared": "group"},
            {"id": "gb", "units": "2GB", "of": ["d.dom"]},
        ],
        "rates": [
            {"of": VOICE, "price": "0.19", "per": "60s", "increment": [60, 60]},
            {"of": ["d.dom"], "price": "5.00", "per": "1GB"},
            {"of": ["sms"], "price": "0.10"},
        ],
    }
)
MEMBERS = pd.DataFrame({"pseudonym": [f"p{at:03d}" for at in range(9)], "group": list("aaabbccccd"[:9])})


@pytest.fixture
def given(workspace: Workspace, put: Put) -> Material:
    fill(put, people=12, exact=False)
    return boss_material(workspace, MONTHS)


def test_groups_pay_what_the_reference_engine_says_and_members_what_they_paid(given: Material) -> None:
    table = rehearse_groups(given, FAMILY, MEMBERS).set_index("group")
    assert table["members"].to_dict() == {"a": 3, "b": 2, "c": 4}
    assert (table["months"] == 2).all()
    said = rehearse(given)
    mine = said.mean(said.current_fen)[[0, 1, 2]]
    assert table.loc["a", "current_fen"] == pytest.approx(mine.sum())
    whose = np.full((12, 2), -1)
    whose[:3] = [[0, 0], [0, 1], [0, 2]]
    usage = group_usage(given.usage, whose)
    listed = with_plans(CATALOGUE, [FAMILY])
    months = months_of(compile_plans(listed), usage, range(2))
    bills = rate_owner(listed.header, FAMILY, months, Timetable(listed.header.timings))
    assert table.loc["a", "group_fen"] == np.mean([bill.total_fen for bill in bills])
    assert all(bill.total_fen >= 12_900 for bill in bills)


def test_what_cannot_be_rehearsed_is_refused(given: Material, workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="for single customers"):
        rehearse_groups(given, CATALOGUE.plans[0], MEMBERS)
    with pytest.raises(CallError, match="no group has a member"):
        rehearse_groups(given, FAMILY, MEMBERS.assign(pseudonym="nobody"))
    path = tmp_path / "members.csv"
    for text, told in (("a,b\n1,2\n", "columns are missing"), ("", "cannot be read")):
        path.write_text(text)
        with pytest.raises(InputRefused, match=told):
            read_members(workspace, path)
    path.write_text("group,pseudonym\na,p1\nb,p1\n")
    with pytest.raises(InputRefused, match="1 customers are in two groups"):
        read_members(workspace, path)


def test_the_command_tells_winners_and_losers(
    given: Material, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASSBOSS_WORKSPACE", str(workspace.root))
    monkeypatch.setenv("BASSBOSS_NOW", workspace.now.isoformat())
    (workspace.root / "candidates").mkdir()
    write_plan(workspace.root / "candidates" / "family.yaml", [FAMILY])
    MEMBERS.to_csv(tmp_path / "members.csv", index=False)
    asked = ["tariff", "groups", "F199", str(tmp_path / "members.csv"), "--candidates", "family", "--months-back", "2"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert "3 groups of 3.0 members on F199, 2 months" in done.output
    change = rehearse_groups(given, FAMILY, MEMBERS).eval("group_fen - current_fen") / 100
    assert f"all groups {change.sum():,.2f}" in done.output


def test_the_page_shows_every_group_plan_and_nothing_without_a_file(given: Material, workspace: Workspace) -> None:
    assert group_table(workspace, given, [FAMILY], "") is None
    folder = workspace.root / "candidates"
    folder.mkdir()
    MEMBERS.to_csv(folder / "families.csv", index=False)
    said = group_table(workspace, given, [FAMILY], "families").set_index("plan")
    assert said.index.tolist() == [plan.id for plan in (*CATALOGUE.plans, FAMILY) if plan.scope == "group"]
    alone = rehearse_groups(given, FAMILY, MEMBERS)
    change = alone["group_fen"] - alone["current_fen"]
    assert said.loc["F199", "groups"] == 3
    assert said.loc["F199", "change_fen"] == change.sum()
    assert said.loc["F199", "winners"] == (change < -100).mean()
    shown = groups_table(said.reset_index(), "en").text
    assert "F199" in shown
    assert "members, mean" in shown
    assert "F199" not in groups_table(None, "zh").text


def test_a_group_plan_among_candidates_is_not_rated_for_single_customers(given: Material) -> None:
    assert rehearse(given, [FAMILY]).plans == rehearse(given).plans
