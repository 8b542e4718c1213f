"""Feedback (反馈) on what was worked: units 31002, 32002, 33002; some is late, sent again, or wrong until corrected.

A retention row is sent again each month with one more character of 三个月后是否在网 and the next feedback number, until
three months are known. What a month's feedback says follows from the states and the outcomes alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from bassboss_lib import months
from bassboss_lib.boss.contact_terms import KINDS, Contact, Manners
from bassboss_lib.boss.draws import Draws, Purpose
from bassboss_lib.boss.state import ACTIVE, State, day_number, month_index
from bassboss_lib.contracts import typed_schema, unit

__all__ = ["MONTHS_KNOWN", "Past", "feedback"]

MONTHS_KNOWN = 3
RETENTION, SURVEY, CARE = range(len(KINDS))
NOT_WORKED, NOT_REACHED, DECLINED, ACCEPTED = range(4)
LATE, DUPLICATED, CORRECTED = 91, 92, 93  # slots of a customer's draws
LATE_DAYS, CORRECTED_DAYS = 6, 3


@dataclass(frozen=True)
class Past:
    """What feedback is made from.

    Parameters
    ----------
    outcomes : dict
        Month → its outcomes, of the month in question and the two before it.
    states : dict
        Month → state at its end, of the same months.
    """

    outcomes: Mapping[str, pa.Table]
    states: Mapping[str, State]


def feedback(terms: Contact, manners: Manners, past: Past, month: str, seed: int) -> dict[tuple[str, str], pa.Table]:
    """Give the feedback that BOSS sends for a month.

    Returns
    -------
    dict
        (unit name, period) → rows of the unit: retention and care by the month, surveys by the day of sending. Units
        without a row are left out.
    """
    tables: dict[tuple[str, str], list[pa.Table]] = {}
    for worked, table in past.outcomes.items():
        ago = month_index(month) - month_index(worked)
        if not 0 <= ago < MONTHS_KNOWN:
            continue
        draws = Draws(seed, month_index(worked), Purpose.CONTACT)
        for kind, rows in ((RETENTION, _retention), (SURVEY, _survey), (CARE, _care)):
            some = table.filter(pa.array(table["kind"].to_numpy() == kind))
            for key, part in rows(manners, some, past, draws, (worked, month, ago)).items() if some.num_rows else ():
                tables.setdefault(key, []).append(part)
    whole = {key: pa.concat_tables(parts) for key, parts in tables.items()}
    return {key: _ordered(key[0], whole[key]) for key in sorted(whole) if whole[key].num_rows}


When = tuple[str, str, int]
"""The month of the work, the month of sending, and the months between them."""


def _retention(manners: Manners, some: pa.Table, past: Past, draws: Draws, when: When) -> dict:
    worked, month, ago = when
    late, twice, wrong = (_chosen(draws, some, slot, share) for slot, share in _shares(manners))
    number = ago + 1 - late
    rows = _retention_rows(some, past, (worked, month), number, wrong & (ago == 0))
    parts = [rows.filter(pa.array(number > 0))]
    if ago == 1:  # the same as the month before, once more
        before = (worked, months.add(month, -1))
        again = _retention_rows(some, past, before, np.ones(some.num_rows, int), wrong)
        parts.append(again.filter(pa.array(twice & ~late)))
    return {("retention_feedback", month): pa.concat_tables(parts)}


def _retention_rows(
    some: pa.Table, past: Past, span: tuple[str, str], number: np.ndarray, wrong: np.ndarray
) -> pa.Table:
    handled = _mistaken(some["handled"].to_numpy(), wrong)
    offers = np.array([None, *_codes("offer")], object)
    made = np.where(handled >= DECLINED, some["item"].to_numpy() + 1, 0)
    columns = {
        "handled": handled.astype(str),
        "offer": offers[made],
        "handled_on": _days(some, span[0], handled > NOT_WORKED),
        "opinion": pa.array(some["opinion"].to_pylist(), mask=wrong | (handled == NOT_WORKED)),
        "active_3m": _known(some, past, span),
        "feedback_no": number,
    }
    return _typed("retention_feedback", some, columns)


def _care(manners: Manners, some: pa.Table, past: Past, draws: Draws, when: When) -> dict:
    """Send a row once; what was late comes a month later, what was wrong is corrected then."""
    worked, month, ago = when
    late, twice, wrong = (_chosen(draws, some, slot, share) for slot, share in _shares(manners))
    parts = []
    if ago == 0:
        parts.append(_care_rows(some, worked, 1, wrong & ~late).filter(pa.array(~late)))
    if ago == 1:
        parts.append(_care_rows(some, worked, 1, late & False).filter(pa.array(late)))
        parts.append(_care_rows(some, worked, 2, late & False).filter(pa.array(wrong & ~late)))
        parts.append(_care_rows(some, worked, 1, wrong).filter(pa.array(twice & ~late)))
    return {("care_feedback", month): pa.concat_tables(parts)} if parts else {}


def _care_rows(some: pa.Table, worked: str, number: int, wrong: np.ndarray) -> pa.Table:
    handled = _mistaken(some["handled"].to_numpy(), wrong)
    forms = np.array(_codes("care_form"), object)
    columns = {
        "handled": handled.astype(str),
        "care_form": forms[some["item"].to_numpy()],
        "handled_on": _days(some, worked, handled > NOT_WORKED),
        "satisfaction": pa.array(some["satisfaction"].to_pylist(), pa.int64(), mask=handled < DECLINED),
        "opinion": pa.array(some["opinion"].to_pylist(), mask=wrong | (handled == NOT_WORKED)),
        "feedback_no": np.full(some.num_rows, number),
    }
    return _typed("care_feedback", some, columns)


def _survey(manners: Manners, some: pa.Table, past: Past, draws: Draws, when: When) -> dict:
    """Send a row on the day of its call; what nobody called comes when the month's calls end."""
    worked, month, _ = when
    late, twice, wrong = (_chosen(draws, some, slot, share) for slot, share in _shares(manners))
    day = np.where(some["day"].to_numpy() > 0, some["day"].to_numpy(), months.days(worked))
    first = day_number(worked) - 1
    sent = first + day + LATE_DAYS * late
    waves = [
        (sent, _survey_rows(some, worked, 1, wrong), np.ones(len(day), bool)),
        (sent + CORRECTED_DAYS, _survey_rows(some, worked, 2, wrong & False), wrong),
        (sent + 1, _survey_rows(some, worked, 1, wrong), twice),
    ]
    files: dict[tuple[str, str], list[pa.Table]] = {}
    for when_sent, rows, there in waves:
        for one in np.unique(when_sent[there]).tolist():
            period = np.datetime64(one, "D").astype(object).strftime("%Y%m%d")
            if period[:6] == month:
                part = rows.filter(pa.array(there & (when_sent == one)))
                files.setdefault(("survey_feedback", period), []).append(part)
    return {key: pa.concat_tables(parts) for key, parts in files.items()}


def _survey_rows(some: pa.Table, worked: str, number: int, wrong: np.ndarray) -> pa.Table:
    met = some["handled"].to_numpy() >= DECLINED
    called = some["handled"].to_numpy() > NOT_WORKED
    seconds = (day_number(worked) + some["day"].to_numpy() - 1) * 86_400 + some["hour"].to_numpy() * 3600
    spread = some["serial"].to_numpy() % 60 * 60 + some["serial"].to_numpy() % 59
    response = some["response"].to_pylist()
    columns = {
        "reached": (met & ~wrong).astype(int).astype(str),
        "response": pa.array(response, pa.int64(), mask=wrong),
        "suggestion": pa.array(some["suggestion"].to_pylist(), pa.string(), mask=wrong),
        "called_at": pa.array((seconds + spread).astype("datetime64[s]"), mask=~called),
        "feedback_no": np.full(some.num_rows, number),
    }
    return _typed("survey_feedback", some, columns)


def _mistaken(handled: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """Note a customer who was met as not met, and the other way round: the mistake that is corrected later."""
    other = np.array([NOT_REACHED, DECLINED, NOT_REACHED, DECLINED])
    return np.where(wrong, other[handled], handled)


def _known(some: pa.Table, past: Past, span: tuple[str, str]) -> list[str]:
    """Give 三个月后是否在网: one character per month from the month of the work on."""
    known = np.full(some.num_rows, "", object)
    for one in months.span(*span):
        state = past.states[one]
        place = np.minimum(np.searchsorted(state.people["serial"], some["serial"].to_numpy()), len(state) - 1)
        here = (state.people["serial"][place] == some["serial"].to_numpy()) & np.isin(
            state.people["status"][place], ACTIVE
        )
        known = known + np.where(here, "1", "0").astype(object)
    return known.tolist()


def _days(some: pa.Table, worked: str, there: np.ndarray) -> pa.Array:
    day = day_number(worked) + np.maximum(some["day"].to_numpy(), 1) - 1
    return pa.array(day.astype("datetime64[D]"), mask=~there)


def _shares(manners: Manners) -> tuple[tuple[int, float], ...]:
    return (LATE, manners.late), (DUPLICATED, manners.duplicated), (CORRECTED, manners.corrected)


def _chosen(draws: Draws, some: pa.Table, slot: int, share: float) -> np.ndarray:
    return draws.uniform(some["serial"].to_numpy(), slot) < share


def _codes(name: str) -> list[str]:
    field = {"offer": ("retention_feedback", "offer"), "care_form": ("care_feedback", "care_form")}[name]
    codes = unit(field[0]).field(field[1]).codes
    return list(codes.codes) if codes else []


def _typed(name: str, some: pa.Table, columns: dict) -> pa.Table:
    what = unit(name)
    known = {one: some[one] for one in what.names if one in some.column_names and one not in columns}
    return pa.table(known | columns).select(what.names).cast(typed_schema(what))


def _ordered(name: str, table: pa.Table) -> pa.Table:
    return table.sort_by([(one, "ascending") for one in unit(name).key])
