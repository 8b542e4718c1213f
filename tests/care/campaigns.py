"""Campaigns of care whose answers follow a rule written down here: who accepts, and what that brings."""

import numpy as np
import pandas as pd

from bassboss_lib.care.evaluation import KNOWN
from bassboss_lib.retention.outcomes import Followed

TAKEN = {"F01": 0.5, "F02": 0.3, "F12": 1.4}
"""Points gained by whoever accepts; whoever declines gains nothing."""
LIKES = {"S01": 1.0, "S02": -1.0}
"""Log-odds of accepting, by segment, of customers of middling age; the old are one below for a standard deviation."""


def campaign(seed: int, count: int = 1200, *, month: str = "202610", names: int = 0) -> Followed:
    """Give a campaign of ``count`` customers, or of the first so many of ``names``."""
    rng = np.random.default_rng(seed)
    who = rng.permutation(names)[:count] if names else np.arange(count)
    rows = pd.DataFrame({"care_form": rng.choice(sorted(TAKEN), count), "segment_id": rng.choice(sorted(LIKES), count)})
    rows.index = pd.Index([f"c{'' if names else month}{number:05}" for number in who], name="pseudonym")
    rows["stratum"] = rows["care_form"]
    for name in KNOWN:
        rows[name] = rng.normal(0, 1, count)
    rows["score_age_years"] = rng.normal(0, 1, count)
    rows["arm"] = np.where(rng.random(count) < 0.3, "asked", "listed")
    listed, reached = (rows["arm"] == "listed").to_numpy(), rng.random(count) < 0.8
    likes = rows["segment_id"].map(LIKES).to_numpy() - rows["score_age_years"].to_numpy()
    accepts = (rng.random(count) < 1 / (1 + np.exp(-likes))) & reached & listed
    rows["handled"], rows["reached"] = np.where(accepts, 3, np.where(reached, 2, 1)), reached
    gain = np.where(accepts, rows["care_form"].map(TAKEN), 0.0)
    said = 6 + 0.5 * rows["complaints"] + gain + rng.normal(0, 1, count)
    rows["satisfaction"] = said.where(rows["reached"])
    return Followed(f"K{month}-01", month, 0, rows, {})
