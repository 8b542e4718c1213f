from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.campaigns import catalogue, choose, suitable
from bassboss_lib.contracts.declarations import code_list
from bassboss_lib.errors import CallError


def test_the_catalogue_speaks_the_codes_that_boss_reads() -> None:
    known, codes = catalogue(), code_list("offer")
    assert set(known.offers) == set(codes.codes)
    assert all(
        (offer.zh, offer.en) == (codes.text(code, "zh"), codes.text(code, "en")) for code, offer in known.offers.items()
    )


def test_every_reason_has_an_offer() -> None:
    assert all(suitable(reason) for reason in code_list("churn_reason").codes)


def test_offers_are_explored_with_the_probability_written_down() -> None:
    u = (np.arange(3000) + 0.5) / 3000
    chosen = choose(pd.Series(["R01"] * 3000), u, explore_share=0.3)
    shares = chosen["recommended_offer"].value_counts(normalize=True)
    written = chosen.groupby("recommended_offer")["offer_probability"].first()
    assert shares.to_dict() == pytest.approx(written.to_dict(), abs=0.001)
    assert shares[suitable("R01")[0]] == pytest.approx(0.8, abs=0.001)


def test_a_proven_offer_takes_the_first_place() -> None:
    chosen = choose(pd.Series(["R01", "R02"]), np.zeros(2), learnt={"R01": "O06"})
    assert chosen["recommended_offer"].tolist() == ["O06", "O05"]


WRONG = "contact_cost_fen: 1\ndefault_offer: {code}\noffers: {{{code}: {{zh: a, en: b, cost_fen: 1, reasons: [{reason}], channel: {{zh: a, en: b}}}}}}"  # noqa: E501


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("contact_cost_fen: -1", "contact_cost_fen"),
        (WRONG.format(code="O01", reason="R77"), "R77"),
        (WRONG.format(code="O99", reason="R01"), "O99"),
    ],
)
def test_a_wrong_catalogue_names_file_and_key(tmp_path: Path, written: str, said: str) -> None:
    path = tmp_path / "offers.yaml"
    path.write_text(written)
    with pytest.raises(CallError, match=said) as caught:
        catalogue(path)
    assert "offers.yaml" in caught.value.line()
