"""A second rehearsal begins with what the first one kept, and gives the same; what is delivered anew is read anew."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.rating import many, stored
from bassboss_lib.tariff import keeping
from bassboss_lib.tariff.keeping import kept_material, kept_parity
from bassboss_lib.tariff.material import boss_material
from bassboss_lib.tariff.parity import parity, without_failing
from bassboss_lib.tariff.rehearsal import rehearse
from bassboss_lib.workspace import Workspace
from tests.tariff.test_rehearsal import cheaper
from tests.tariff.worlds import MONTHS, Put, fill


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what is worked out: material, parity, totals."""
    noted: list[str] = []

    def note(module: object, name: str) -> None:
        work = getattr(module, name)

        def noting(*given: object, **rest: object) -> object:
            noted.append(name)
            return work(*given, **rest)

        monkeypatch.setattr(module, name, noting)

    for module, name in ((keeping, "boss_material"), (keeping, "parity"), (stored, "compress"), (many, "compress")):
        note(module, name)
    return noted


def test_what_is_kept_equals_what_is_read(workspace: Workspace, put: Put) -> None:
    fill(put, people=20)
    fresh = boss_material(workspace, MONTHS)
    for _ in range(2):
        given = kept_material(workspace, MONTHS[-1], "", 2)
        pd.testing.assert_frame_equal(given.customers, fresh.customers)
        pd.testing.assert_frame_equal(given.sent, fresh.sent)
        assert given.catalogue == fresh.catalogue
        for name in ("code", "started_s", "units", "first"):
            assert np.array_equal(getattr(given.usage, name), getattr(fresh.usage, name))
        assert np.array_equal(given.plan_of_row, fresh.plan_of_row)
        found, expected = kept_parity(given), parity(fresh)
        for name in keeping.FRAMES:
            pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name))
        assert found.unrated_fen == expected.unrated_fen
        said, known = rehearse(given, [cheaper()]), rehearse(fresh, [cheaper()])
        assert said.bills_fen.tobytes() == known.bills_fen.tobytes()
        assert said.headroom.tobytes() == known.headroom.tobytes()


def test_the_second_rehearsal_works_out_nothing_again(workspace: Workspace, put: Put, done: list[str]) -> None:
    fill(put, people=12)
    for _ in range(3):
        given = kept_material(workspace, MONTHS[-1], "", 2)
        kept_parity(given)
        rehearse(given)
    assert done == ["boss_material", "parity", "compress"]
    rehearse(given, [cheaper()])
    assert done[3:] in ([], ["compress"])  # another plan may need totals of its own
    noted = list(done)
    assert rehearse(given, [cheaper()]).bills_fen.shape[1] == rehearse(given).bills_fen.shape[1] + 1
    assert done == noted


def test_a_restated_month_is_read_anew_and_the_old_one_goes(workspace: Workspace, put: Put, done: list[str]) -> None:
    fill(put, people=12)
    first = kept_material(workspace, MONTHS[-1], "", 2)
    fill(put, people=12, seed=2)
    second = kept_material(workspace, MONTHS[-1], "", 2)
    assert done == ["boss_material", "boss_material"]
    assert first.kept != second.kept
    assert list(second.kept.parent.iterdir()) == [second.kept]
    assert not np.array_equal(first.usage.units, second.usage.units)


def test_only_the_windows_made_last_are_kept(workspace: Workspace, put: Put) -> None:
    fill(put, people=12)
    for place in range(keeping.WINDOWS_MOST + 1):
        old = workspace.warehouse / "rehearsal" / f"old-{place}"
        old.mkdir(parents=True)
        os.utime(old, (place, place))
    kept_material(workspace, MONTHS[-1], "", 2)
    left = sorted(one.name for one in (workspace.warehouse / "rehearsal").iterdir())
    assert left == [f"{MONTHS[0]}-{MONTHS[-1]}", "old-2", "old-3", "old-4", "old-5", "old-6"]


def test_what_is_left_of_a_removed_folder_is_made_anew(workspace: Workspace, put: Put, done: list[str]) -> None:
    fill(put, people=12)
    given = kept_material(workspace, MONTHS[-1], "", 2)
    expected = rehearse(given).bills_fen.copy()
    shutil.rmtree(given.kept / "usage")
    half_done = given.kept.parent / ".abc.half"
    half_done.mkdir()
    again = kept_material(workspace, MONTHS[-1], "", 2)
    assert done.count("boss_material") == 2
    assert np.array_equal(rehearse(again).bills_fen, expected)
    assert half_done.exists()  # somebody may be at work on it
    os.utime(half_done, (0, 0))
    fill(put, people=13)
    kept_material(workspace, MONTHS[-1], "", 2)
    assert not half_done.exists()


def test_two_rehearsals_at_once_keep_the_same(workspace: Workspace, put: Put) -> None:
    fill(put, people=12)

    def rehearsed(_: int) -> bytes:
        given = kept_material(workspace, MONTHS[-1], "", 2)
        kept_parity(given)
        return rehearse(given).bills_fen.tobytes()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(rehearsed, range(8)))) == 1
    [home] = (workspace.warehouse / "rehearsal").iterdir()
    assert len(list(home.iterdir())) == 1
    assert not list(home.rglob(".*"))


def test_a_folder_that_another_rehearsal_took_away_meanwhile_is_the_oldest(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    ages = [keeping._age_s(tmp_path / name) for name in ("there", "gone")]
    assert ages[0] < 60
    assert ages[1] == float("inf")


def test_without_the_customers_that_fail_other_totals_are_kept(workspace: Workspace, put: Put) -> None:
    fill(put, people=12)
    given = kept_material(workspace, MONTHS[-1], "", 2)
    given.sent.loc[given.sent["owner"] == 3, "fen"] += 500
    sound, left_out = without_failing(given, parity(given))
    assert left_out == 1
    whole, rest = rehearse(given), rehearse(sound)
    kept = np.isin(whole.owner, rest.owner)
    assert np.array_equal(whole.bills_fen[kept], rest.bills_fen)
    assert (given.kept / "totals").exists()
    assert (given.kept / "sound" / "totals").exists()
