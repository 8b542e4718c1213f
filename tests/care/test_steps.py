from collections.abc import Callable

from bassboss_lib.campaigns import assignments, draws
from bassboss_lib.care.assigning import CareDesign
from bassboss_lib.care.catalogue import catalogue
from bassboss_lib.care.steps import plan, remember
from bassboss_lib.workspace import Workspace
from tests.care.people import MONTH
from tests.care.test_assigning import crowd

Put = Callable[..., None]


def test_assignments_remember_through_which_channel_each_is_contacted(workspace: Workspace, put: Put) -> None:
    crowd(put)
    remember(workspace, plan(workspace, MONTH, CareDesign(control_share=0.4, universal_share=0.0)))
    rows = assignments(workspace, MONTH, "care")
    listed, known = rows[rows["arm"] == "listed"], catalogue()
    assert listed["care_channel"].tolist() == [known.forms[form].channel for form in listed["care_form"]]
    assert set(rows.loc[rows["arm"] == "asked", "care_channel"]) == {known.ask.channel}
    assert rows.loc[rows["arm"] == "control", "care_channel"].isna().all()


def test_a_campaign_of_care_is_a_draw_of_the_forms_that_somebody_speaks(workspace: Workspace, put: Put) -> None:
    crowd(put)
    remember(workspace, plan(workspace, MONTH, CareDesign(control_share=0.4, universal_share=0.0)))
    rows = assignments(workspace, MONTH, "care").set_index("pseudonym")
    spoken = rows["care_channel"].isin(["01", "08", "11"])
    found = draws(workspace, MONTH)
    assert len(found) == 1
    assert set(found[0].index) == set(rows.index[rows["care_form"].isin(rows.loc[spoken, "care_form"])])
    assert found[0]["contacted"].sum() == spoken.sum() > 0
    assert not found[0]["contacted"].all()
