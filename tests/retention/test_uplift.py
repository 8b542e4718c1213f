import numpy as np
import pandas as pd
import pytest

from bassboss_lib.campaigns import Design, choose, remember_outcomes
from bassboss_lib.errors import CallError, SecurityRefused
from bassboss_lib.learning import Explanation, card, load
from bassboss_lib.ledger import Ledger
from bassboss_lib.retention import uplift
from bassboss_lib.retention.churn import Scored
from bassboss_lib.retention.prospects import Prospects
from bassboss_lib.retention.uplift import learn
from bassboss_lib.vault import create_key
from bassboss_lib.workspace import Workspace
from tests.retention import effects


@pytest.fixture
def keyed(workspace: Workspace) -> Workspace:
    create_key(workspace, b"tests")
    return workspace


def everybody() -> Prospects:
    x = effects.people("202606")
    rows = pd.DataFrame({"churn_probability": 0.2, "value": 10_000, "churn_reason": "R01"}, index=x.index)
    nothing = Explanation(np.empty((len(x), 0)), 0.0, x.to_numpy(), ())
    return Prospects(rows, Scored(rows, x, nothing))


def test_where_effects_differ_the_gate_opens_and_those_whom_contact_keeps_come_first(
    keyed: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    effects.given(monkeypatch, keyed)
    found = learn(keyed, "202606", everybody())
    assert found.gate is not None
    assert found.gate.low > 0
    assert found.ordering is not None
    assert effects.ranked(found.ordering)
    assert found.guidance.gain is not None
    tenure = effects.people("202606")["tenure_months"]
    assert found.guidance.gain[tenure > 35].quantile(0.05) > found.guidance.gain[tenure < 10].quantile(0.95)
    assert found.guidance.gain[tenure < 10].mean() < 0


def test_where_effects_follow_risk_the_gate_stays_shut(keyed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    effects.given(monkeypatch, keyed, differ=False)
    found = learn(keyed, "202606", everybody())
    assert found.gate is not None
    assert not found.opened
    assert found.guidance.gain is None


def test_an_offer_proven_to_keep_more_customers_is_recommended_first(
    keyed: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    effects.given(monkeypatch, keyed)
    found = learn(keyed, "202606", everybody())
    assert found.guidance.offers == {"R01": "O06"}
    u = (np.arange(100) + 0.5) / 100
    offers = choose(
        pd.Series(["R01"] * 100), u, explore_share=Design().offer_explore_share, learnt=found.guidance.offers
    )
    assert offers["recommended_offer"].value_counts().idxmax() == "O06"
    assert set(offers["recommended_offer"]) == {"O06", "O01", "O02"}


def test_the_model_is_learnt_once_until_there_is_news(keyed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    followed = effects.given(monkeypatch, keyed)
    asked: list[int] = []
    judge = uplift.judge
    monkeypatch.setattr(uplift, "judge", lambda *given: asked.append(1) or judge(*given))
    first, again = learn(keyed, "202606", everybody()), learn(keyed, "202607", everybody())
    assert asked == [1]
    assert again.gate == first.gate
    assert again.guidance.gain is not None
    assert again.guidance.gain.equals(first.guidance.gain)
    remember_outcomes(keyed, "202603", "R202603-01", followed[-1].rows, {})
    learn(keyed, "202607", everybody())
    assert asked == [1, 1]


def test_the_model_lies_in_the_store_with_what_it_rests_on(keyed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    effects.given(monkeypatch, keyed)
    found = learn(keyed, "202606", everybody())
    [folder] = keyed.models.glob("effect/*")
    assert sorted(path.name for path in folder.iterdir()) == [
        "SHA256SUMS",
        "SIGNATURE",
        "card.json",
        "card_en.md",
        "card_zh.md",
        "model.json",
    ]
    with Ledger(keyed.ledger) as ledger:
        facts = card(keyed, ledger, "effect", "boss")
        with pytest.raises(CallError, match="it gives no probabilities"):
            load(keyed, ledger, "effect", "boss", folder.name)
    assert sorted(facts["inputs"]["campaigns"]) == ["R202601-01", "R202602-01", "R202603-01"]
    assert facts["rows"] == found.rows
    told = (folder / "card_en.md").read_text()
    assert "Mature campaigns R202601-01–R202603-01; 12,000 candidates" in told
    assert "Strongest terms, as shares of risk (negative keeps): " in told
    assert "Tenure -0." in told


def test_R26_an_altered_effect_model_is_refused(keyed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    effects.given(monkeypatch, keyed)
    learn(keyed, "202606", everybody())
    [path] = keyed.models.glob("effect/*/model.json")
    path.write_text(path.read_text() + " ")
    with pytest.raises(SecurityRefused, match=r"R26: model altered: model\.json"):
        learn(keyed, "202606", everybody())


def test_few_candidates_teach_nothing_about_differences(keyed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    followed = effects.given(monkeypatch, keyed)
    few = [type(one)(one.campaign, one.month, 3, one.rows.iloc[:300], {}) for one in followed]
    monkeypatch.setattr(uplift, "followed_campaigns", lambda *_: few)
    found = learn(keyed, "202606", everybody())
    assert (found.guidance.gain, found.gate) == (None, None)
    assert found.rows["candidates"] == 900
    assert not list(keyed.models.glob("effect/*"))
