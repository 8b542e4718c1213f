"""Rows of whoever was reached with care in the campaigns of `campaigns`."""

import pandas as pd

from tests.care.campaigns import campaign

SEGMENTS, FORMS = ["S01", "S02", "S03"], ["F01", "F02", "F11", "F12"]


def told(*seeds: int, count: int = 3000, names: int = 0) -> pd.DataFrame:
    """Give the rows of one campaign for each seed, a month each."""
    made = [campaign(seed, count, month=f"2026{seed:02}", names=names) for seed in seeds]
    rows = pd.concat([one.rows.assign(campaign=one.campaign) for one in made])
    return rows[(rows["arm"] == "listed") & rows["reached"]]
