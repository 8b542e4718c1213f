"""What the churn model learns from: labelled rows of BOSS's deliveries, or of an operator's own table.

Both come out in one shape, so that the same notebooks train on either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from bassboss_lib import features, months
from bassboss_lib.features import View, as_of, dictionary
from bassboss_lib.learning import Sample, Split, sample_of, split_of, time_split
from bassboss_lib.retention.exposure import exposure, stands_for
from bassboss_lib.retention.labels import DEFAULT, ChurnDefinition, labelled_months, labels
from bassboss_lib.warehouse.wide import WideSource, load_source
from bassboss_lib.workspace import Workspace

__all__ = ["Material", "from_deliveries", "from_source", "material", "refuse_leaks"]


Treated = Literal["weighted", "excluded", "kept"]


@dataclass(frozen=True)
class Material:
    """Labelled rows, how they are split, and who was left out.

    Parameters
    ----------
    sample : Sample
        One row per customer and month (a table without months: per customer), labelled 1 for voluntary churn.
    split : Split
        Which rows train, calibrate and test.
    prior : float, optional
        Base rate of the population where training rows were sampled by label.
    left_out : mapping
        Customer-months left out by reason: ``silent``, ``pushed_out_or_unknown``, ``treated``.
    test_month : str
        The month whose rows test; ``none`` for a table without months.
    value : Series, optional
        Of a table: what each customer is worth, by key, in ``value_unit`` of its mapping.
    note_zh, note_en : str
        What the page says about columns that were left out, duplicates and the like.
    """

    sample: Sample
    split: Split
    prior: float | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    test_month: str = "none"
    value: pd.Series | None = None
    value_unit: str = "fen"
    note_zh: str = ""
    note_en: str = ""

    def places(self, keys: pd.DataFrame) -> np.ndarray:
        """Give the row numbers of the sample for rows that carry its keys, in their order."""
        names = list(self.sample.keys.columns)
        numbered = self.sample.keys.assign(place=range(len(self.sample)))
        return keys[names].merge(numbered, on=names, how="left")["place"].to_numpy()


def material(
    workspace: Workspace, month: str, source: str = "", train_months_max: int = 6, treated: Treated = "weighted"
) -> Material:
    """Give the material of a month of deliveries, or of an imported table."""
    if source:
        return from_source(workspace, source)
    return from_deliveries(workspace, month, train_months_max, treated=treated)


def from_deliveries(
    workspace: Workspace,
    month: str,
    train_months_max: int = 6,
    definition: ChurnDefinition = DEFAULT,
    *,
    treated: Treated = "weighted",
) -> Material:
    """Take the months whose label is known at the end of ``month``, split by time.

    Parameters
    ----------
    train_months_max : int
        Newest months that train, at most; older ones teach little and cost time.
    treated : {"weighted", "excluded", "kept"}
        Customers contacted within a label's window are left out and their controls count for them (``weighted``), are
        left out (``excluded``), or stay (``kept``), which teaches the model that whoever is called stays.

    Raises
    ------
    GateRefused
        If fewer than three months have labels.
    """
    split = time_split(_usable_months(workspace, month, definition))
    train = split.train[-train_months_max:]
    used = (*train, split.calibrate, split.test)
    parts = [_labelled_rows(workspace, one, definition, until=month, treated=treated) for one in used]
    frame = pd.concat([part for part, _ in parts], ignore_index=True)
    left_out = {name: sum(counts[name] for _, counts in parts) for name in parts[0][1]}
    columns = dictionary()
    sample = Sample(
        frame[["pseudonym", "month"]],
        frame[[feature.name for feature in columns]],
        frame["churn"].to_numpy(dtype=np.int64),
        columns,
        None if (frame["weight"] == 1).all() else frame["weight"].to_numpy(),
    )
    chosen = type(split)(train, split.calibrate, split.test, split.full)
    return Material(sample, chosen.on(frame["month"]), None, left_out, split.test)


def _usable_months(workspace: Workspace, month: str, definition: ChurnDefinition) -> list[str]:
    """Months whose window ends by the end of ``month``; the oldest have little history, and say so by gaps."""
    known = labelled_months(workspace, definition)
    return [one for one in known if months.add(one, definition.horizon_months) <= month]


def _labelled_rows(
    workspace: Workspace, month: str, definition: ChurnDefinition, *, until: str, treated: Treated
) -> tuple[pd.DataFrame, dict[str, int]]:
    label = labels(workspace, month, definition)
    known, silent = label["churn"].notna(), label["silent"]
    found = exposure(workspace, month, label.index, until, definition.horizon_months)
    contacted = found["treated"] & (treated != "kept")
    kept = label[known & ~silent & ~contacted]
    weight = stands_for(found).loc[kept.index] if treated == "weighted" else 1.0
    frame = as_of(View(workspace, month)).loc[kept.index].assign(month=month, churn=kept["churn"], weight=weight)
    counts = {
        "silent": int((known & silent).sum()),
        "pushed_out_or_unknown": int((~known).sum()),
        "treated": int((known & ~silent & contacted).sum()),
    }
    return frame.reset_index(), counts


def refuse_leaks(workspace: Workspace, given: Material) -> None:
    """Refuse features that look ahead, on the oldest month learnt from: it has most future behind it (R18).

    For a table of one's own the mapping names the columns that were left out as leaking; nothing can be computed again.
    """
    if given.test_month != "none":
        features.refuse_leaks(View(workspace, min(given.sample.keys["month"])))


def from_source(workspace: Workspace, source: str) -> Material:
    """Take an imported table with the split, the prior and the columns that its mapping states."""
    table = load_source(workspace, source)
    value = None if table.value is None else table.value.set_axis(table.keys.iloc[:, 0])
    unit = table.mapping.value.unit if table.mapping.value else ""
    zh, en = _notes(table)
    return Material(
        sample_of(table), split_of(table), table.mapping.prior, value=value, value_unit=unit, note_zh=zh, note_en=en
    )


def _notes(table: WideSource) -> tuple[str, str]:
    """Say on the page which columns were left out as leaking, and how many rows were duplicates."""
    left_out = ", ".join(table.report.left_out)
    dropped = table.report.duplicates_dropped
    zh = [f"未使用的列（泄漏）：{left_out}。"] if left_out else []
    en = [f"Left out as leaking: {left_out}."] if left_out else []
    if dropped:
        zh.append(f"去除完全重复的行 {dropped:,}。")
        en.append(f"{dropped:,} exact duplicate rows were dropped.")
    return "".join(zh), " ".join(en)
