import pytest

from bassboss_lib.boss import World, types_planted
from bassboss_lib.boss.contact.twins import Shown
from bassboss_lib.boss.history import live, state_of
from bassboss_lib.boss.parameters import LATENTS
from bassboss_lib.reports import boss_page
from bassboss_lib.workspace import Workspace


def test_types_are_described_in_their_order_with_shares_and_latents(workspace: Workspace, world: World) -> None:
    live(workspace, world, "202508", 400, 3)
    frame = types_planted(workspace)
    assert frame["type"].tolist() == list(world.types.kinds)
    assert frame["zh"].tolist()[0] == "通话型"
    assert frame["share"].sum() == pytest.approx(1.0)
    assert frame["customers"].sum() == state_of(workspace, "202508").active.sum()
    by_type = frame.set_index("type")
    assert by_type["night"].idxmax() == "night_owl"
    assert by_type["circle"].idxmin() == "homebody"
    assert set(LATENTS) <= set(frame)
    for language, word in (("zh", "类客户"), ("en", "types of customers")):
        assert word in boss_page.types(frame, language).sentence.plain


def test_a_table_says_which_effects_agree_with_what_was_set() -> None:
    twins = [Shown("wake_up", 0.4, 0.41, 0.02, 1000), Shown("drift", 0.04, 0.1, 0.01, 900)]
    text = boss_page.twins_table(twins, "en").text
    assert "[37.1%,\xa044.9%]" in text
    assert text.index("yes") < text.index("no<")
    assert "被调查唤醒" in boss_page.twins_table(twins, "zh").text
