import numpy as np
import pandas as pd
import pytest

from bassboss_lib.reports import segment_page
from bassboss_lib.reports.display import Shown
from bassboss_lib.segments import Limits, Segmented, divide
from tests.segments.worlds import moved, people

LIMITS = Limits(most=7, fewest=5, samples=2, rows=700)


@pytest.fixture(scope="module")
def months() -> tuple[Segmented, Segmented]:
    measured = people()
    first = divide(measured, "202610", limits=LIMITS)
    later = divide(moved(measured, 3), "202611", limits=LIMITS, earlier=first.model, before=first.labels)
    return first, later


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_every_piece_in_both_languages(months: tuple[Segmented, Segmented], language) -> None:
    first, later = months
    names = later.model.names
    table = segment_page.segments_table(later, names, language).text
    assert all(name.text(language) in table for name in names.values())
    assert table.count("<tr") == 1 + 7
    drawn = [segment_page.how_many(later, LIMITS, language), segment_page.radar(later, names, language),
             segment_page.bars(later, names, language), segment_page.migration(later, names, language)]  # fmt: skip
    assert all(isinstance(one, Shown) for one in drawn)
    said = str(segment_page.checked(later, language))
    assert str(len(pd.DataFrame([claim for name in names.values() for claim in name.claims]))) in said
    assert "S01" in segment_page.drivers_table(later, names, language).text
    first_time = ("首次划分则按规模", "by size if there is none")[language == "en"]
    assert first_time in str(segment_page.news(first, language))
    assert first_time not in str(segment_page.news(later, language))
    assert not isinstance(segment_page.migration(first, names, language), Shown)


def test_news_are_told_with_shares(months: tuple[Segmented, Segmented]) -> None:
    later = months[1]
    told = [{"kind": "split", "segment": "S07", "other": "S01", "share": 0.875}]
    found = Segmented(later.model, later.measured, later.labels, later.before, later.tried, told)
    assert "S07 由 S01 分出（88% 的成员来自它）" in str(segment_page.news(found, "zh"))


def test_S10_a_small_segment_shows_no_figure(months: tuple[Segmented, Segmented]) -> None:
    later = months[1]
    labels = later.labels.copy()
    few = np.flatnonzero(labels == "S01")[9:]
    labels.iloc[few] = "S02"
    found = Segmented(later.model, later.measured, labels, later.before, later.tried)
    values = pd.DataFrame(
        {"arpu_fen": 5000, "mou_min": 10, "credit_fen": 1000, "growth_potential": 3}, index=labels.index
    )
    assert "&lt;10" in segment_page.segments_table(found, later.model.names, "en").text
    assert "S01" not in segment_page.values_table(found, values, later.model.names, "en").text


def test_R21_one_segment_of_people_who_are_alike_is_a_page_too() -> None:
    alike = pd.DataFrame([people(10).iloc[0]] * 300, index=[f"p{place}" for place in range(300)])
    found = divide(alike, "202610", limits=LIMITS)
    assert "one segment" in str(segment_page.how_many(found, LIMITS, "en"))
    assert "one segment" in str(segment_page.drivers_table(found, found.model.names, "en"))
    assert segment_page.candidates_table(found, "en").text.count("<tr") <= 2
    assert segment_page.segments_table(found, found.model.names, "en").text.count("<tr") == 3
    assert isinstance(segment_page.radar(found, found.model.names, "en"), Shown)
    assert "no claim" in str(segment_page.checked(found, "en"))
