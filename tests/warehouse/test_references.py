from collections.abc import Callable

from bassboss_lib.warehouse.references import channel_names, plan_names
from bassboss_lib.workspace import Workspace


def test_channels_are_called_by_name_in_chinese_and_by_kind_in_english(
    workspace: Workspace, put: Callable[..., None]
) -> None:
    rows = [("c1", "东城营业厅", "hall"), ("c2", "西城营业厅", "hall"), ("c3", "客服热线", "hotline")]
    put("channel", "202610", [dict(zip(("channel_id", "name", "kind"), row, strict=True)) for row in rows])
    assert channel_names(workspace, "202610") == {
        "c1": {"zh": "东城营业厅", "en": "own sales hall c1"},
        "c2": {"zh": "西城营业厅", "en": "own sales hall c2"},
        "c3": {"zh": "客服热线", "en": "hotline"},
    }


def test_nothing_is_called_anything_where_no_channels_were_delivered(workspace: Workspace) -> None:
    assert channel_names(workspace, "202610") == {}
    assert channel_names(workspace, "none") == {}


def test_plans_are_called_by_name_in_chinese(workspace: Workspace, put: Callable[..., None]) -> None:
    put("plan", "202610", [{"plan_id": "G058", "name": "全球通58套餐"}])
    assert plan_names(workspace, "202610") == {"G058": {"zh": "全球通58套餐", "en": "G058"}}
    assert plan_names(workspace, "202609") == plan_names(workspace, "none") == {}
