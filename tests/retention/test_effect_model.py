import numpy as np
import pandas as pd
import pytest

from bassboss_lib.retention.effect_model import cross_fitted, effect_of, pseudo_outcomes, risk_of

COUNT = 30_000


def campaign(seed: int = 0, *, differ: bool = True) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Give candidates of whom the young accept and stay; also what is known of them and their true effect."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(COUNT, 6))
    risk = 1 / (1 + np.exp(2 - x[:, 1]))
    young, fits = x[:, 0] < 0, random.random(COUNT) < 0.5
    takes = np.where(young, 0.6, 0.1) + 0.2 * fits if differ else np.full(COUNT, 0.4)
    effect = risk * (0.25 - 0.9 * takes) if differ else -0.2 * risk
    listed = random.random(COUNT) < 0.8
    reached = listed & (random.random(COUNT) < 0.7)
    rows = pd.DataFrame(
        {
            "arm": np.where(listed, "listed", "control"),
            "e": 0.8,
            "left": (random.random(COUNT) < risk + listed * effect).astype(float),
            "churn_probability": risk,
            "churn_reason": np.where(x[:, 2] > 0, "R01", "R04"),
            "recommended_offer": np.where(fits, "O01", "O02"),
            "reached": reached,
            "accepted": reached & (random.random(COUNT) < takes),
        },
        index=[f"{number:05}" for number in range(COUNT)],
    )
    return rows, x, effect


def test_pseudo_outcomes_have_the_effect_as_their_mean_however_wrong_the_score() -> None:
    rows, _, effect = campaign()
    for said in (rows["churn_probability"], 0.3):
        pseudo = pseudo_outcomes(rows.assign(churn_probability=said))
        assert abs(pseudo.mean() - effect.mean()) < 3 * pseudo.std() / np.sqrt(COUNT)


@pytest.mark.truth
def test_those_who_accept_are_found_and_effects_are_near_the_truth() -> None:
    rows, x, effect = campaign()
    found = cross_fitted(rows, x)
    assert np.corrcoef(found.effect, effect)[0, 1] > 0.75
    assert found.model.share.slopes[0] < -0.7


def test_where_contact_does_the_same_to_everybody_effects_follow_risk() -> None:
    rows, x, effect = campaign(differ=False)
    found = cross_fitted(rows, x)
    assert np.corrcoef(found.effect, rows["churn_probability"])[0, 1] < -0.9
    assert abs(found.effect.mean() - effect.mean()) < 0.01


def test_the_text_says_what_the_model_says_and_another_offer_says_something_else() -> None:
    rows, x, _ = campaign()
    found = cross_fitted(rows, x)
    text, risk = found.model.text(), risk_of(rows["churn_probability"])
    own = effect_of(text, x, rows["churn_reason"], rows["recommended_offer"], risk)
    assert np.corrcoef(own, found.effect)[0, 1] > 0.98
    fitting, other = (
        effect_of(text, x, rows["churn_reason"], pd.Series([one] * COUNT), risk) for one in ("O01", "O02")
    )
    assert fitting.mean() < other.mean()


def test_the_same_rows_give_the_same_text() -> None:
    rows, x, _ = campaign()
    one, other = (cross_fitted(rows.iloc[:4000], x[:4000]).model.text() for _ in range(2))
    assert one == other
