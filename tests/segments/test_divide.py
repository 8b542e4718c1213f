import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from bassboss_lib.segments import OUTLIERS, Limits, divide, holds, membership, segment_drivers
from bassboss_lib.segments.dividing import Segmented
from tests.segments.worlds import kinds, moved, people

QUICK = Limits(most=8, fewest=4, samples=3, rows=900)


@pytest.fixture(scope="module")
def measured() -> pd.DataFrame:
    return people()


@pytest.fixture(scope="module")
def first(measured: pd.DataFrame) -> Segmented:
    return divide(measured, "202610", limits=QUICK)


def test_planted_types_are_found_and_numbered_by_size(first: Segmented) -> None:
    assert adjusted_rand_score(kinds(), first.labels) > 0.9
    assert sorted(first.model.numbers) == ["S01", "S02", "S03", "S04", "S05", "S06"]
    sizes = first.sizes.drop(OUTLIERS)
    assert sizes.is_monotonic_decreasing
    assert first.model.facts["figures"]["ari"] >= 0.85


def test_every_segment_is_named_differently_and_what_is_said_holds(first: Segmented, measured: pd.DataFrame) -> None:
    names = first.model.names
    for language in ("zh", "en"):
        said = [name.text(language) for name in names.values()]
        assert len(set(said)) == len(said)
    checked = holds(names, measured, first.labels)
    assert checked["holds"].all()
    assert (checked["share"] > checked["everybody"]).all()
    assert {name.zh.split("、")[0] for number, name in names.items() if number != OUTLIERS} == {
        "通话多", "流量大", "短信多", "夜间活跃", "常漫游", "交往窄"}  # fmt: skip


def test_a_claim_that_is_false_is_seen(first: Segmented, measured: pd.DataFrame) -> None:
    numbers = list(first.model.numbers)
    swapped = first.labels.map(dict(zip(numbers, numbers[1:] + numbers[:1], strict=True)))
    assert not holds(first.model.names, measured, swapped.fillna(OUTLIERS))["holds"].all()


def test_numbers_and_names_last_and_nobody_flips_on_noise(first: Segmented, measured: pd.DataFrame) -> None:
    later = divide(moved(measured, 5), "202611", limits=QUICK, earlier=first.model, before=first.labels, seed=9)
    assert later.model.numbers == first.model.numbers
    assert {number: name.zh for number, name in later.model.names.items()} == {
        number: name.zh for number, name in first.model.names.items()
    }
    assert later.kept_share is not None and later.kept_share >= 0.97
    assert later.news == []
    without = later.model.assign(moved(measured, 5))
    assert (without == first.labels).mean() <= later.kept_share


def test_a_type_that_appears_is_a_split_with_a_new_number(first: Segmented, measured: pd.DataFrame) -> None:
    more = measured.copy()
    half = (kinds() == 0) & (np.random.default_rng(1).uniform(size=len(more)) < 0.5)
    more.loc[half, ["sms", "night"]] *= 5.0
    later = divide(more, "202611", limits=QUICK, earlier=first.model, before=first.labels)
    new = set(later.model.numbers) - set(first.model.numbers)
    assert new == {"S07"}
    [told] = [one for one in later.news if one["segment"] == "S07"]
    parent = first.labels[half].mode().iloc[0]
    assert (told["kind"], told["other"]) == ("split", parent)
    assert (later.labels[half] == "S07").mean() > 0.9


def test_a_type_that_disappears_is_merged_and_its_number_is_never_used_again(
    first: Segmented, measured: pd.DataFrame
) -> None:
    fewer = measured.copy()
    place = kinds()
    for name in ("data", "calls", "spend"):
        fewer.loc[place == 1, name] = fewer.loc[place == 0, name].to_numpy()
    gone = first.labels[place == 1].mode().iloc[0]
    later = divide(fewer, "202611", limits=QUICK, earlier=first.model, before=first.labels)
    assert gone not in later.model.numbers
    [told] = [one for one in later.news if one["segment"] == gone]
    assert (told["kind"], told["other"]) == ("merged", first.labels[place == 0].mode().iloc[0])
    assert later.model.highest == 6


def test_extreme_customers_are_a_group_of_their_own(measured: pd.DataFrame) -> None:
    odd = measured.copy()
    odd.iloc[:3] = [[900.0, 900000.0, 900.0, 0.9, 0.9, 0.05, 900.0, 900000.0, 0.99, 900.0, 9.0, 0.9]] * 3
    found = divide(odd, "202610", limits=QUICK)
    assert set(found.labels.iloc[:3]) == {OUTLIERS}
    assert (found.labels == OUTLIERS).mean() < 0.02


def test_same_customers_same_segments_whatever_the_threads(first: Segmented, measured: pd.DataFrame) -> None:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(2):
        again = divide(measured, "202610", limits=QUICK)
    assert again.model.surrogate == first.model.surrogate
    assert again.model.names == first.model.names
    assert again.labels.equals(first.labels)
    assert (again.model.clusters.centres == first.model.clusters.centres).all()


def test_all_customers_alike_are_one_segment(measured: pd.DataFrame) -> None:
    alike = pd.DataFrame([measured.iloc[0]] * 500, index=[f"p{place}" for place in range(500)])
    found = divide(alike, "202610", limits=QUICK)
    assert set(found.labels) == {"S01"}
    assert found.model.names["S01"].en == "middle of the road"
    assert found.model.surrogate == ""
    assert found.model.facts["figures"]["ari"] == 1.0


@pytest.mark.parametrize("count", [0, 1, 30])
def test_R21_a_tiny_base_is_one_segment_and_divides_nothing_by_zero(measured: pd.DataFrame, count: int) -> None:
    found = divide(measured.iloc[:count], "202610", limits=QUICK)
    assert found.sizes["S01"] + found.sizes[OUTLIERS] == count
    assert "S01" in found.model.names
    assert found.kept_share is None
    assert "kept_share" not in found.model.facts["figures"]


def test_R21_an_empty_segment_is_a_row_with_0(first: Segmented, measured: pd.DataFrame) -> None:
    number = first.model.numbers[1]
    rest = measured[(first.labels != number).to_numpy()]
    found = Segmented(first.model, rest, first.model.assign(rest, first.labels), first.labels, first.tried)
    assert found.sizes[number] == 0
    assert found.moves["customers"].sum() == len(rest)


def test_the_trees_explain_segments_and_members(first: Segmented, measured: pd.DataFrame) -> None:
    assert first.model.facts["figures"]["surrogate_agrees"] > 0.9
    drivers = segment_drivers(first.model, measured, first.labels)
    strongest = drivers.groupby("segment").first()["dimension"].to_dict()
    for number in first.model.numbers:
        assert strongest[number] in {claim.dimension for claim in first.model.names[number].claims}
    surfers = measured[kinds() == 1].iloc[:5]
    said = membership(first.model, surfers, first.labels.reindex(surfers.index), "en")
    assert all(text.startswith("Data a month") for text in said)
