from pathlib import Path

import pytest
import yaml

from bassboss_lib.boss import contact_terms
from bassboss_lib.boss.contact_terms import read_contact
from bassboss_lib.contracts import code_list
from bassboss_lib.errors import CallError

SHIPPED = Path(contact_terms.__file__).with_name("contact.yaml")


def test_the_shipped_terms_know_every_offer_and_form_of_the_interface() -> None:
    terms = read_contact()
    assert list(terms.offers) == list(code_list("offer").codes)
    assert list(terms.care.forms) == list(code_list("care_form").codes)
    best = [max(terms.offers, key=lambda offer: terms.offers[offer][cause]) for cause in ("R01", "R02", "R06", "R08")]
    assert best == ["O01", "O05", "O02", "O04"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"horizon_months": 0}, "horizon_months: Input should be greater than or equal to 1"),
        ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
        ({"offers": {}}, "offers must be O01"),
        ({"desk": {"first_day": 28}}, "desk.first_day lies after desk.last_day"),
        ({"care": {"forms": {"F01": {"fit": [9.0] * 8, "averts": {"R06": 0.5}}}}}, "care.forms.F01: fit times share"),
        ({"care": {"forms": {"F01": {"fit": [1.0]}}}}, "care.forms.F01: one fit per type"),
    ],
)
def test_wrong_terms_are_refused_with_file_and_key(tmp_path: Path, change: dict, message: str) -> None:
    whole = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    path = tmp_path / "contact.yaml"
    path.write_text(yaml.safe_dump(_merged(whole, change) if change != {"offers": {}} else whole | change))
    with pytest.raises(CallError) as caught:
        read_contact(path)
    assert message in caught.value.line()
    assert "contact.yaml" in caught.value.line()


def _merged(whole: dict, change: dict) -> dict:
    return whole | {
        key: _merged(whole[key], value) if isinstance(value, dict) else value for key, value in change.items()
    }
