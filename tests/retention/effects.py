"""Campaigns made by hand, in which contact keeps those with a long tenure and wakes those with a short one."""

import numpy as np
import pandas as pd
import pytest

from bassboss_lib.learning.uplift import Ordering
from bassboss_lib.retention import uplift
from bassboss_lib.retention.effect_store import COLUMNS
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.workspace import Workspace

MONTHS = ("202601", "202602", "202603")
CANDIDATES = 4000


def people(month: str) -> pd.DataFrame:
    """Give the features of a month's candidates; all but two are the same for everybody."""
    random = np.random.default_rng(int(month))
    x = pd.DataFrame(0.0, index=pd.Index([f"{month}-{n:04}" for n in range(CANDIDATES)], name="pseudonym"),
                     columns=list(COLUMNS[:-2]))  # fmt: skip
    return x.assign(tenure_months=random.uniform(0, 60, CANDIDATES), age_years=random.uniform(20, 80, CANDIDATES))


def campaign(month: str, *, differ: bool = True) -> Followed:
    """Assign 70 of 100 and let them leave; every reason is R01, and who is offered O06 leaves more seldom."""
    random, x = np.random.default_rng(int(month) + 1), people(month)
    risk = 0.05 + 0.4 * (x["age_years"].to_numpy() - 20) / 60
    listed = random.random(CANDIDATES) < 0.7
    offer = np.where(random.random(CANDIDATES) < 0.3, "O06", "O01")
    tenure = x["tenure_months"].to_numpy()
    change = np.where(tenure > 30, -0.7, np.where(tenure < 15, 0.6, 0.0)) if differ else np.full(CANDIDATES, -0.3)
    change = np.where(offer == "O06", change - 0.2, change)
    left = random.random(CANDIDATES) < np.clip(risk * (1 + listed * change), 0, 1)
    reached = listed & (random.random(CANDIDATES) < 0.7)
    rows = pd.DataFrame(
        {
            "arm": np.where(listed, "listed", "control"),
            "left": left.astype(float),
            "p_control": 0.3,
            "p_listed": 0.7,
            "churn_probability": risk,
            "value": 10_000,
            "churn_reason": "R01",
            "segment_id": "V1T1",
            "recommended_offer": offer,
            "offer": np.where(reached, offer, None),
            "reached": reached,
            "accepted": reached & (random.random(CANDIDATES) < 0.4),
        },
        index=x.index,
    )
    return Followed(f"R{month}-01", month, 3, rows, {})


def given(monkeypatch: pytest.MonkeyPatch, workspace: Workspace, *, differ: bool = True) -> list[Followed]:
    """Let the workspace have had these campaigns, and know these features."""
    followed = [campaign(month, differ=differ) for month in MONTHS]
    monkeypatch.setattr(uplift, "followed_campaigns", lambda *_: followed)
    monkeypatch.setattr(uplift, "as_of", lambda view: people(view.month))
    return followed


def ranked(found: Ordering) -> bool:
    """Tell whether an ordering is better than chance."""
    return found.qini.low > 0
