"""From figures to verdicts: bands, waivers, scores, and the refusal of a month.

A band holds for the figure itself (level), for its change against the month before, or is drawn by the months before
(sigma): their mean ± 3 σ, widened for few months so that chance alone leaves it as rarely as it leaves 3 σ.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import fmean, stdev

import pandas as pd

from bassboss_lib.errors import GateRefused
from bassboss_lib.warehouse.quality_rules import Rule

__all__ = ["SIGMA_MONTHS_MIN", "refuse_blocked", "scores", "verdicts"]

SIGMA_MONTHS_MIN = 6
COLUMNS = [
    *("rule", "unit", "dimension", "kind", "severity", "weight", "churn_relevant", "band", "zh", "en"),
    *("figure", "previous", "judged", "low", "high", "verdict", "waived_until"),
]
NUMBERS = ("figure", "previous", "judged", "low", "high", "weight")


def verdicts(
    known: Sequence[Rule],
    figures: Mapping[str, float | None],
    before: Mapping[str, Sequence[float]],
    previous: Mapping[str, float],
    today: date,
) -> pd.DataFrame:
    """Judge figures.

    Parameters
    ----------
    known : sequence of Rule
        The rules.
    figures : mapping
        Figure by rule; missing or None where it could not be made.
    before : mapping
        Figures of the months before, by rule.
    previous : mapping
        Figure of the month before, by rule.
    today : date
        The run's clock: waivers hold until their day.

    Returns
    -------
    DataFrame
        One row per rule: ``rule``, ``unit``, ``dimension``, ``kind``, ``severity``, ``weight``, ``churn_relevant``,
        ``band``, ``figure``, ``previous``, ``judged`` (the figure or its change), ``low``, ``high``, ``verdict``
        (pass, fail, waived, or unknown where there is nothing to compare), ``waived_until``, ``zh``, ``en``.
    """
    rows = []
    for rule in known:
        figure = figures.get(rule.id)
        judged = _change(figure, previous.get(rule.id)) if rule.band == "change" else figure
        low, high = _sigma(rule, before.get(rule.id, ())) if rule.band == "sigma" else (rule.low, rule.high)
        verdict = _verdict(rule, judged, low, high, today)
        about = rule.model_dump(
            include={"unit", "dimension", "kind", "severity", "weight", "churn_relevant", "band", "zh", "en"}
        )
        waived = rule.waiver.until.isoformat() if rule.waiver else ""
        found = {"figure": figure, "previous": previous.get(rule.id), "judged": judged, "low": low, "high": high}
        rows.append({"rule": rule.id, **about, **found, "verdict": verdict, "waived_until": waived})
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, "float64"))


def scores(judged: pd.DataFrame) -> pd.DataFrame:
    """Give each unit's score: 100 less the share of weight lost by rules that failed; waived ones lose nothing.

    Examples
    --------
    >>> rows = [("cdr", 0.1, "pass"), ("cdr", 0.1, "fail"), ("plan", 0.1, "unknown")]
    >>> scores(pd.DataFrame(rows, columns=["unit", "weight", "verdict"])).to_dict("records")[0]
    {'unit': 'cdr', 'rules': 2, 'failed': 1, 'score': 50.0}
    """
    rows = []
    for unit, group in judged.groupby("unit", sort=False):
        counted = group[group["verdict"] != "unknown"]
        failed = counted["verdict"] == "fail"
        whole = counted["weight"].sum()
        score = 100 * (1 - counted.loc[failed, "weight"].sum() / whole) if whole else math.nan
        rows.append({"unit": unit, "rules": len(counted), "failed": int(failed.sum()), "score": score})
    return pd.DataFrame(rows)


def refuse_blocked(judged: pd.DataFrame, what: str) -> None:
    """Raise `GateRefused` if a blocking rule failed, naming the rules; ``what`` is the month, or the list."""
    failed = judged.loc[(judged["verdict"] == "fail") & (judged["severity"] == "block"), "rule"]
    if len(failed):
        raise GateRefused(
            f"quality refused {what}: {', '.join(failed)}",
            where=f"{len(failed)} of {len(judged)} rules",
            kept="the warehouse is unchanged, nothing was published",
            remedy="see `bassboss check`; mend the data, or waive the rule",
        )


def _verdict(rule: Rule, judged: float | None, low: float | None, high: float | None, today: date) -> str:
    if judged is None or (low is None and high is None):
        return "unknown"
    if (low is None or judged >= low) and (high is None or judged <= high):
        return "pass"
    return "waived" if rule.waiver and today <= rule.waiver.until else "fail"


def _change(figure: float | None, previous: float | None) -> float | None:
    return None if figure is None or not previous else figure / previous - 1


def _sigma(rule: Rule, before: Sequence[float]) -> tuple[float | None, float | None]:
    """Draw the band by earlier months; ``low`` and ``high`` of the rule count standard deviations."""
    if len(before) < SIGMA_MONTHS_MIN:
        return None, None
    mean, spread = fmean(before), stdev(before) * math.sqrt(1 + 1 / len(before))
    return tuple(
        None if edge is None else mean + _widened(edge, len(before) - 1) * spread for edge in (rule.low, rule.high)
    )  # type: ignore[return-value]


def _widened(sigmas: float, freedom: int) -> float:
    """Give the edge that few months leave as rarely as many would leave ``sigmas``."""
    from scipy.special import ndtr, stdtrit

    return math.copysign(float(stdtrit(freedom, ndtr(-abs(sigmas)))), sigmas)
