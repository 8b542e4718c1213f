from pathlib import Path

import pytest

from bassboss_lib.care.catalogue import FILE, OCCASIONS, catalogue
from bassboss_lib.contracts import code_list
from bassboss_lib.errors import CallError


def test_the_shipped_catalogue_is_whole() -> None:
    known = catalogue()
    assert len(known.forms) >= 15
    assert set(known.occasions) == set(OCCASIONS)
    answered = {name for form in known.forms.values() for name in form.occasions}
    assert answered == set(OCCASIONS)
    assert known.ask.form not in known.forms
    assert set(known.forms) | {known.ask.form} == set(code_list("care_form").codes)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('    channel: "21"', '    channel: "77"', "channel 77 is not in channels"),
        ("occasions: [roaming]", "occasions: [rooming]", "forms.F14: occasion rooming is unknown"),
        ("birthday: {reason: C01", "birthday: {reason: C77", "occasions.birthday: reason C77"),
        ("  F21:", "  F77:", "form F77 is not in contracts/codes/care_form.yaml"),
        ("season: [11, 12]", "season: [11, 13]", "forms.F16: season"),
        ("ask: {form: F22", "ask: {form: F02", "ask.form: F02 is a form of care"),
        ("  birthday: {", "  birthdays: {", "occasions: birthday is unknown or missing"),
        ("point_fen: 15000", "point_fen: dear", "point_fen"),
        ("    mechanism: {zh: 被记得的感觉, en: being remembered}\n", "", "mechanism"),
        ("last_day: 27", "last_day: 27\ncolour: red", "colour"),
    ],
)
def test_a_wrong_catalogue_is_refused_with_file_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "catalogue.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CallError) as refused:
        catalogue(path)
    line = refused.value.line()
    assert said in line
    assert "catalogue.yaml" in line
    assert "mend the key" in line


def test_capacities_grow_with_the_operator() -> None:
    known = catalogue()
    assert known.capacities(5_000)["F03"] == 10
    assert known.channel_capacities(1_000_000)["11"] == 10_000


def test_forms_are_offered_in_their_season_only() -> None:
    known = catalogue()
    assert "F16" in known.in_season(11)
    assert "F16" not in known.in_season(3)
    assert "F17" in known.in_season(2)
    assert "F17" not in known.in_season(3)
