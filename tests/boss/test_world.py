from pathlib import Path

import pytest
import yaml

from bassboss_lib.boss import World, read_world
from bassboss_lib.boss.world import REASONS
from bassboss_lib.errors import CallError

SHIPPED = Path(read_world.__code__.co_filename).with_name("world.yaml")


def _written(folder: Path, **changes: object) -> Path:
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8")) | changes
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_a_drift_changes_coefficients_from_its_month_on(world: World) -> None:
    drift = world.drift.model_copy(update={"month": "202607", "factors": {"R02.full": 1.5, "R04.mid": 0.9}})
    changing = world.model_copy(update={"drift": drift})
    assert changing.causes_in("202606") == world.causes == world.causes_in("209912")
    later = changing.causes_in("202607")
    assert later["R02"].full == pytest.approx(1.5 * world.causes["R02"].full)
    assert later["R04"].mid == pytest.approx(0.9 * world.causes["R04"].mid)
    assert later["R01"] == world.causes["R01"]


def test_the_shipped_world_has_every_cause_and_eight_plans(world: World) -> None:
    assert tuple(world.causes) == REASONS
    assert len(world.plans) >= 8


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"joinshare": 0.1}, "joinshare"),
        ({"join_share": 1.5}, "join_share"),
        ({"first_month": "202513"}, "202513"),
        ({"drift": {"month": "202607", "factors": {"R98.full": 2.0}}}, "R98"),
        ({"cities": []}, "cities"),
    ],
)
def test_a_wrong_key_is_named_with_its_file(tmp_path: Path, changes: dict, key: str) -> None:
    with pytest.raises(CallError, match=key) as caught:
        read_world(_written(tmp_path, **changes))
    assert caught.value.where == "mine.yaml"
    assert caught.value.remedy
