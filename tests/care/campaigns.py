"""Campaigns of care whose answers follow a rule written down here: who welcomes care, who accepts, what that brings."""

import numpy as np
import pandas as pd

from bassboss_lib.care.evaluation import KNOWN
from bassboss_lib.retention.outcomes import Followed

GAINS = {"F01": 0.5, "F02": 0.3, "F12": 1.2}
"""Points gained by whoever welcomes care and is reached."""
ANNOYED = -0.4
"""Points gained by whoever does not welcome it and is reached."""
WELCOME = 1.5
"""Log-odds of welcoming care of customers of middling age; the old are one below for a standard deviation."""
LIKES = {"S01": 0.8, "S02": 0.4}
"""Share that accepts of whoever welcomes care, by segment; of the others a tenth does."""
KINDS = np.random.default_rng(99).random(200_000)
"""How welcome care is to each customer, beyond age."""


def campaign(
    seed: int, count: int = 1200, *, month: str = "202610", names: int = 0, gains: dict[str, float] | None = None
) -> Followed:
    """Give a campaign of ``count`` customers, or of so many of ``names``; a name stays of one kind and age."""
    rng = np.random.default_rng(seed)
    who = rng.permutation(names)[:count] if names else np.arange(count) + 5000 * seed
    rows = pd.DataFrame({"care_form": rng.choice(sorted(GAINS), count), "segment_id": rng.choice(sorted(LIKES), count)})
    rows.index = pd.Index([f"c{'' if names else month}{number:06}" for number in who], name="pseudonym")
    rows["stratum"] = rows["care_form"]
    for name in KNOWN:
        rows[name] = rng.normal(0, 1, count)
    rows["score_age_years"] = np.random.default_rng(98).normal(0, 1, 200_000)[who]
    rows["arm"] = np.where(rng.random(count) < 0.3, "asked", "listed")
    listed, reached = (rows["arm"] == "listed").to_numpy(), rng.random(count) < 0.8
    welcome = KINDS[who] < 1 / (1 + np.exp(rows["score_age_years"].to_numpy() - WELCOME))
    accepts = (rng.random(count) < np.where(welcome, rows["segment_id"].map(LIKES), 0.1)) & reached & listed
    rows["handled"], rows["reached"] = np.where(accepts, 3, np.where(reached, 2, 1)), reached
    gain = np.where(listed, np.where(welcome, rows["care_form"].map(gains or GAINS), ANNOYED), 0.0)
    said = 6 + 0.5 * rows["complaints"] + gain + rng.normal(0, 1, count)
    rows["satisfaction"] = said.where(rows["reached"])
    return Followed(f"K{month}-01", month, 0, rows, {})
