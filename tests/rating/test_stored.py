"""What is kept on disk gives the same bills as what it was made of, and grows with what plans need."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bassboss_lib.errors import DiskFailed
from bassboss_lib.rating import Catalogue, Compiled, Usage, compile_plans, make_usage, stored
from bassboss_lib.rating.many import rate_everybody, rate_many
from bassboss_lib.rating.stored import LIST, keep_usage, kept_bills, kept_totals, kept_usage
from bassboss_lib.rating.totals import Totals, compress
from tests.rating.plans import random_catalogue
from tests.rating.worlds import random_usage


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many rows are totalled."""
    made: list[int] = []

    def compressing(compiled: Compiled, usage: Usage, **rest: Any) -> Totals:
        made.append(len(usage))
        return compress(compiled, usage, **rest)

    monkeypatch.setattr(stored, "compress", compressing)
    return made


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("seed", range(200, 204))
def test_bills_from_kept_usage_and_totals_are_those_of_fresh_ones(seed: int, members: int, tmp_path: Path) -> None:
    compiled = compile_plans(random_catalogue(seed, plans=8))
    usage = random_usage(np.random.default_rng(seed), 150, members=members, heavy=0.5)
    expected = rate_many(compress(compiled, usage))
    keep_usage(tmp_path / "usage", usage)
    for _ in range(2):
        again = kept_usage(tmp_path / "usage")
        assert (rate_everybody(compiled, again, part_rows=60, kept=tmp_path / "totals") == expected).all()


def test_what_was_totalled_is_not_totalled_again(tmp_path: Path, counted: list[int]) -> None:
    compiled = compile_plans(random_catalogue(210, plans=6))
    usage = random_usage(np.random.default_rng(1), 60)
    for _ in range(3):
        kept_totals(tmp_path, compiled, usage)
    assert counted == [len(usage)]


def test_kept_totals_grow_with_what_plans_need_and_forget_nothing(tmp_path: Path, counted: list[int]) -> None:
    whole = random_catalogue(211, plans=8)
    usage = random_usage(np.random.default_rng(2), 60)
    some = [compile_plans(Catalogue(header=whole.header, plans=(plan,))) for plan in whole.plans]
    for one in some:
        assert (rate_many(kept_totals(tmp_path, one, usage)) == rate_many(compress(one, usage))).all()
    made = len(counted)
    assert 1 < made <= len(some)
    for one in some:
        assert (rate_many(kept_totals(tmp_path, one, usage)) == rate_many(compress(one, usage))).all()
    kept_totals(tmp_path, compile_plans(whole), usage)
    assert len(counted) == made
    assert len(list(tmp_path.glob("*/*/"))) == 1


def test_bills_of_a_plan_are_rated_once(tmp_path: Path) -> None:
    whole, usage = random_catalogue(213, plans=5), random_usage(np.random.default_rng(5), 60)
    asked: list[list[str]] = []

    def rated(compiled: Compiled) -> np.ndarray:
        asked.append([plan.id for plan in compiled.catalogue.plans])
        return rate_everybody(compiled, usage)

    first, rest = whole.plans[:2], whole.plans[2:]
    few = compile_plans(Catalogue(header=whole.header, plans=first))
    for compiled in (few, few, compile_plans(whole), compile_plans(whole)):
        assert (kept_bills(tmp_path, compiled, rated) == rate_everybody(compiled, usage)).all()
    assert asked == [[plan.id for plan in part] for part in (first, rest)]
    dearer = first[0].model_copy(update={"min_spend": Decimal(7777)})
    changed = compile_plans(Catalogue(header=whole.header, plans=(dearer, *first[1:])))
    assert (kept_bills(tmp_path, changed, rated) == rate_everybody(changed, usage)).all()
    assert asked[2:] == [[dearer.id]]


def test_another_head_of_the_price_list_has_totals_of_its_own(tmp_path: Path, counted: list[int]) -> None:
    whole = random_catalogue(212, plans=3)
    usage = random_usage(np.random.default_rng(3), 40)
    kept_totals(tmp_path, compile_plans(whole), usage)
    kept_totals(
        tmp_path,
        compile_plans(Catalogue(header=whole.header.model_copy(update={"id": "other"}), plans=whole.plans)),
        usage,
    )
    assert len(counted) == 2


def test_numbers_that_need_eight_bytes_keep_them(tmp_path: Path) -> None:
    sizes = np.array([1 << 40, 60])
    keep_usage(tmp_path / "usage", make_usage(*np.array([[1, 1], [1_700_000_000] * 2, [64, 64]]), sizes))
    again = kept_usage(tmp_path / "usage")
    assert again.units.tolist() == [1 << 40, 60]
    assert (again.units.dtype, again.started_s.dtype, again.rows.owner.dtype) == (np.int64, np.int32, np.int64)


def test_who_comes_second_leaves_what_is_there(tmp_path: Path) -> None:
    stored.keep_arrays(tmp_path / "one", {"a": np.array([1])}, "first")
    stored.keep_arrays(tmp_path / "one", {"a": np.array([2])}, "second")
    assert json.loads((tmp_path / "one" / LIST).read_text()) == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(DiskFailed, match="No space left"):
        stored.keep_arrays(tmp_path / "one", {"a": np.array([1])})
