"""Where surveys are kept, and whom each of them drew: what other campaigns must know of them."""

import json
from pathlib import Path

import pandas as pd

from bassboss_lib import months
from bassboss_lib.engine import read_table
from bassboss_lib.workspace import Workspace

__all__ = ["stored_surveys", "survey_folder", "surveyed"]


def survey_folder(workspace: Workspace, survey_id: str) -> Path:
    """Name the folder of a survey: its frame, who is asked, who is the control, its plan and what it is about."""
    return workspace.warehouse / "survey" / survey_id


def stored_surveys(workspace: Workspace) -> list[str]:
    """List the identifiers of all surveys."""
    return sorted(path.parent.name for path in (workspace.warehouse / "survey").glob("*/about.json"))


def surveyed(workspace: Workspace, month: str) -> list[pd.DataFrame]:
    """Give the draws of the surveys that called in the month after ``month``, in the order of their days.

    Returns
    -------
    list of DataFrame
        One row per customer who might have been asked, indexed by pseudonym: ``stratum`` of the sample, ``contacted``
        (asked; the control and all who were not drawn are not).
    """
    found = []
    for one in stored_surveys(workspace):
        folder = survey_folder(workspace, one)
        day = json.loads((folder / "about.json").read_text(encoding="utf-8"))["day"]
        if day[:6] == months.add(month, 1):
            frame = read_table([folder / "frame.parquet"], ["pseudonym", "stratum"]).to_pandas()
            asked = read_table([folder / "asked.parquet"], ["pseudonym"]).to_pandas()["pseudonym"]
            contacted = frame["pseudonym"].isin(asked).to_numpy()
            found.append((day, one, frame.assign(contacted=contacted).set_index("pseudonym")))
    return [rows for _, _, rows in sorted(found, key=lambda one: one[:2])]
