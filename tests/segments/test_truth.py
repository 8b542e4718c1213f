"""Segments against the planted types of the stand-in: what no operator could check."""

from pathlib import Path

import pytest

from bassboss_lib import boss, flow, months
from bassboss_lib.features import View
from bassboss_lib.segments import holds, segment, write_segments
from bassboss_lib.segments.dividing import Segmented
from bassboss_lib.vault import create_key
from bassboss_lib.workspace import open_workspace
from tests.segments.lasting import seen

pytestmark = pytest.mark.truth

FIRST, BEGIN, LAST = "202508", "202511", "202604"
CUSTOMERS = 4000


def test_segments_find_the_planted_types_and_last(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "work", "2026-05-03T08:00")
    create_key(workspace, b"tests")
    for month in months.span(FIRST, LAST):
        boss.deliver(workspace, month, customers=CUSTOMERS)
    flow.ingest(workspace)

    def divided(month: str) -> Segmented:
        found = segment(View(workspace, month))
        write_segments(View(workspace, month), found)
        return found

    for one in seen(workspace, months.span(BEGIN, LAST), divided):
        print(one)
        assert one.agreed >= 0.85
        assert one.kept >= 0.97
        assert one.mine >= 0.8 * one.best
        assert holds(one.found.model.names, one.found.measured, one.found.labels)["holds"].all()
        assert len({name.zh for name in one.found.model.names.values()}) == len(one.found.model.names)
