"""The files that a run has made, as a table for a reader."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.tables import Html, table

__all__ = ["files_table"]


def files_table(files: Sequence[Path], language: Language) -> Html:
    """Show names and sizes of files, in the order in which they were written.

    Examples
    --------
    >>> "<td>files_table.py</td>" in files_table([Path(__file__)], "en").text
    True
    """
    frame = pd.DataFrame({"file": [one.name for one in files], "bytes": [one.stat().st_size for one in files]})
    return table(frame, titles={"file": "文件", "bytes": "字节"} if language == "zh" else {})
