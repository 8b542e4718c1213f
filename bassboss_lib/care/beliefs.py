"""What is believed of each form for each customer: who welcomes care, and what it brings, learnt from every campaign.

    gain of form f by channel c for customer i of segment s = p_i · (B_f + d_fs + k · b_f · l_fs) + (1 - p_i) · D_c

p_i is how likely i is to welcome care (`welcome`), B_f what the form brings whoever does, d_fs and l_fs what is the
segment's own of that and of accepting the form, D_c what being reached that way does to whoever does not. b_f is the
catalogue's gain of whoever welcomes care, so k says how much more those gain who like a form better. All have normal
priors, whose widths are the catalogue's, half or twice as much, whatever the answers make likeliest; the posterior is
exact. What is learnt of few answers stays near the catalogue, and a form that helps in one segment is believed to help
somewhat in the others. How uncertain that is, the catalogue's widths say at least: that most forms turn out as expected
does not mean that one never tried will. The share reached is a Beta posterior by form.

Beliefs of a month are kept in ``warehouse/care_gain``, ``care_kind`` and ``care_answer``; a list reads only those of
earlier months.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from bassboss_lib.care.catalogue import Catalogue
from bassboss_lib.care.evaluation import worked
from bassboss_lib.care.kinds import Prior, share
from bassboss_lib.care.traits import BASE, TRAITS
from bassboss_lib.care.welcome import Welcome, learn_welcome, welcome_of
from bassboss_lib.care.without import Answers, answers_of
from bassboss_lib.engine import read_table, write_table
from bassboss_lib.retention.outcomes import Followed
from bassboss_lib.warehouse.partitions import months as delivered_months
from bassboss_lib.warehouse.partitions import partition
from bassboss_lib.workspace import Workspace

__all__ = ["ANY_SEGMENT", "Beliefs", "beliefs_of", "matrix", "read_beliefs", "write_beliefs"]

CELLS, WEIGHTS, RECORDS, RECORD = "care_gain", "care_kind", "care_answer", "record"
ANY_SEGMENT = "*"
"""Stands for a segment of which nothing was seen: it believes what the others have in common."""
REACH_ANSWERS = 20.0
"""Worth of the catalogue's share reached, in answers."""
WIDER = (0.5, 1.0, 2.0)
"""Times the catalogue's widths for forms, segments and unwelcome care that are tried."""
LEAST_GAIN = 0.1
"""Points: of a form that is expected to bring less, no less is left open."""
COLUMNS = ["segment_id", "care_form", "mean", "sd", "answers", "reach", "accept", "welcome", "unwelcome"]
VALUES = COLUMNS[2:]


@dataclass(frozen=True)
class Beliefs:
    """What is believed.

    Parameters
    ----------
    cells : DataFrame
        One row per segment and form, ordered: ``mean`` and ``sd`` of the gain of whoever is reached and stands in the
        middle of every trait, ``answers`` it rests on, ``reach``, ``accept`` (share that accepts of those who welcome
        care), ``welcome`` and ``unwelcome`` (points gained by whoever welcomes care, and does not).
    weights : DataFrame
        ``trait``, ``weight`` (log-odds of welcoming care for one standard deviation), ``sd``.
    record : Series
        By pseudonym: what earlier answers add to a customer's log-odds of welcoming care.
    """

    cells: pd.DataFrame
    weights: pd.DataFrame
    record: pd.Series

    def welcome(self, rows: pd.DataFrame) -> np.ndarray:
        """Give the probability that each customer welcomes care."""
        return welcome_of(rows, self.weights, self.record)

    def gains(self, segments: Sequence[str], forms: Sequence[str], welcome: np.ndarray) -> np.ndarray:
        """Give the gain of each form once reached, for customers of each segment who welcome care so likely."""
        gain, annoyance = (matrix(self, segments, forms, name) for name in ("welcome", "unwelcome"))
        return welcome[:, None] * gain + (1 - welcome[:, None]) * annoyance


def beliefs_of(known: Catalogue, segments: Sequence[str], followed: Sequence[Followed] = ()) -> Beliefs:
    """Give the beliefs after everything observed so far.

    Parameters
    ----------
    known : Catalogue
        The prior.
    segments : sequence of str
        Segments that there are.
    followed : sequence of Followed
        Campaigns and what became of them.

    Examples
    --------
    >>> from bassboss_lib.care.catalogue import catalogue
    >>> told = beliefs_of(catalogue(), ["S01"]).cells.set_index("care_form").loc["F12"]
    >>> round(float(told["mean"]), 6), round(float(told["welcome"]), 6), int(told["answers"])
    (0.6, 0.75, 0)
    """
    names, forms = sorted(set(segments)), sorted(known.forms)
    told = answers_of([_of_these(one, names, forms) for one in followed])
    cared = told.rows[told.cared]
    welcome = learn_welcome(cared, names, forms, Prior(known.belief.accept, known.belief.welcome))
    terms = _Terms(known, names, forms)
    cells = _cells(terms, welcome, _posterior(terms, welcome, told))
    tasks = worked(followed)
    cells["reach"] = [_reach(known.forms[code].reach, tasks, code) for code in cells["care_form"]]
    seen = cared.groupby(["segment_id", "care_form"]).size()
    cells["answers"] = seen.reindex(pd.MultiIndex.from_frame(cells[COLUMNS[:2]])).fillna(0).to_numpy("int64")
    return Beliefs(cells[COLUMNS], welcome.weights, welcome.record)


def _of_these(one: Followed, segments: Sequence[str], forms: Sequence[str]) -> Followed:
    """Leave out forms that the catalogue has no more, and segments that nobody asks about."""
    there = one.rows["care_form"].isin(forms) & one.rows["segment_id"].isin(segments)
    return replace(one, rows=one.rows[there])


@dataclass(frozen=True)
class _Terms:
    """What the regression is about: forms, their channels, segments, and what is expected of forms."""

    known: Catalogue
    segments: Sequence[str]
    forms: Sequence[str]

    @property
    def channel(self) -> np.ndarray:
        """Place of each form's channel."""
        names = sorted(self.known.channels)
        return np.array([names.index(self.known.forms[code].channel) for code in self.forms], int)

    @property
    def expected(self) -> np.ndarray:
        """The catalogue's gain of whoever welcomes care, by form: of all who are reached only a share does."""
        return np.array([self.known.forms[code].gain for code in self.forms]) / self.known.belief.welcome

    def columns(self, lift: np.ndarray, p: np.ndarray, segment: np.ndarray, form: np.ndarray):  # type: ignore[no-untyped-def]
        """Lay the columns of B, d, D and k out, sparse."""
        from scipy.sparse import csr_array

        forms = len(self.forms)
        unwelcome = forms * (1 + len(self.segments))
        whole = unwelcome + len(self.known.channels) + 1
        liked = p * self.expected[form] * lift[segment, form]
        parts = [
            (p, form),
            (p, forms + form * len(self.segments) + segment),
            (1 - p, unwelcome + self.channel[form]),
            (liked, np.full(len(p), whole - 1)),
        ]
        value, column = (np.concatenate(each) for each in zip(*parts, strict=True))
        return csr_array((value, (np.tile(np.arange(len(p)), len(parts)), column)), shape=(len(p), whole))

    def prior(self, form: float, cell: float, unwelcome: float) -> tuple[np.ndarray, np.ndarray]:
        """Give mean and standard deviation of every coefficient, for some times of the catalogue's widths."""
        belief, channels = self.known.belief, len(self.known.channels)
        open_by = np.maximum(np.abs(self.expected), LEAST_GAIN)
        cells = np.repeat(belief.cell_share * cell * open_by, len(self.segments))
        mean = np.concatenate([self.expected, np.zeros(len(cells) + channels), [belief.liking]])
        of_forms, of_channels = (
            belief.form_share * form * open_by,
            np.full(channels, unwelcome * belief.unwelcome_sd),
        )
        return mean, np.concatenate([of_forms, cells, of_channels, [belief.liking_sd]])


def _posterior(terms: _Terms, welcome: Welcome, told: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Give mean and covariance of the coefficients of care.

    What everybody would have answered without care is learnt in the same regression, from controls and cared for alike,
    so that its uncertainty is in what is believed of forms. The mean is that of the likeliest widths, the covariance
    that of the same widths or the catalogue's, whichever are wider.
    """
    cared = told.rows[told.cared]
    form = pd.Index(terms.forms).get_indexer(pd.Index(cared["care_form"]))
    segment = pd.Index(terms.segments).get_indexer(pd.Index(cared["segment_id"]))
    x, before = terms.columns(welcome.lift, welcome.expected, segment, form), told.before
    y = told.rows["satisfaction"].to_numpy(float)
    both = x.T @ before[told.cared]
    seen = np.block([[(x.T @ x).toarray(), both], [both.T, before.T @ before]]) / told.noise
    toward = np.concatenate([x.T @ y[told.cared], before.T @ y]) / told.noise
    nowhere, tried = np.zeros(before.shape[1]), dict[tuple[float, ...], _Normal]()
    for times in product(WIDER, WIDER, WIDER):
        mean, sd = terms.prior(*times)
        tried[times] = _Normal.of(seen, toward, np.append(mean, nowhere), np.append(sd, told.open_by))
    best = max(tried, key=lambda times: tried[times].evidence) if len(told.rows) else (1.0, 1.0, 1.0)
    wide = tried[tuple(max(times, 1.0) for times in best)]
    return tried[best].mean[: x.shape[1]], wide.covariance[: x.shape[1], : x.shape[1]]


@dataclass(frozen=True)
class _Normal:
    """A normal posterior, and the log of the evidence for its prior up to a constant."""

    mean: np.ndarray
    covariance: np.ndarray
    evidence: float

    @classmethod
    def of(cls, seen: np.ndarray, toward: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> "_Normal":
        """Weigh what was seen, its precision and precision times value, against a prior."""
        precision = sd**-2.0
        whole = seen + np.diag(precision)
        covariance = np.linalg.inv(whole)
        right = toward + precision * mean
        found = covariance @ right
        fit = found @ right - mean @ (precision * mean)
        evidence = 0.5 * float(fit - np.linalg.slogdet(whole)[1] + np.log(precision).sum())
        return cls(found, covariance, evidence)


def _cells(terms: _Terms, welcome: Welcome, posterior: tuple[np.ndarray, np.ndarray]) -> pd.DataFrame:
    """Read off, of each segment and form, what whoever stands in the middle of every trait is believed to gain."""
    mean, covariance = posterior
    form, segment = (each.ravel() for each in np.indices((len(terms.forms), len(terms.segments))))
    base, base_sd = (float(welcome.weights[name].iloc[0]) for name in ("weight", "sd"))
    p = np.full(len(form), float(share(base)))
    whole, gain, annoyance = (
        terms.columns(welcome.lift, one, segment, form).toarray() for one in (p, np.ones(len(p)), np.zeros(len(p)))
    )
    of_welcoming = p * (1 - p) * ((gain - annoyance) @ mean) * base_sd
    variance = np.einsum("ij,jk,ik->i", whole, covariance, whole) + of_welcoming**2
    return pd.DataFrame(
        {"segment_id": np.array(terms.segments)[segment], "care_form": np.array(terms.forms)[form],
         "mean": whole @ mean, "sd": np.sqrt(variance), "accept": share(welcome.accepts[segment, form]),
         "welcome": gain @ mean, "unwelcome": annoyance @ mean}
    )  # fmt: skip


def _reach(expected: float, worked: pd.DataFrame, code: str) -> float:
    own = worked[worked["care_form"] == code]
    tasks, reached = float(own["tasks"].sum()), float(own["reached"].sum())
    return (REACH_ANSWERS * expected + reached) / (REACH_ANSWERS + tasks)


def matrix(beliefs: Beliefs, segments: Sequence[str], forms: Sequence[str], column: str) -> np.ndarray:
    """Lay a column of the cells out, a row per segment and a column per form."""
    wide = beliefs.cells.pivot(index="segment_id", columns="care_form", values=column)
    return wide.reindex(index=list(segments), columns=list(forms)).to_numpy(float)


def write_beliefs(workspace: Workspace, month: str, beliefs: Beliefs) -> list[Path]:
    """Keep the beliefs as of a month's evaluation."""
    record = beliefs.record.rename(RECORD).rename_axis("pseudonym").reset_index()
    tables = (
        (CELLS, beliefs.cells, ["care_form", "segment_id"]),
        (WEIGHTS, beliefs.weights, ["trait"]),
        (RECORDS, record.astype({"pseudonym": str, RECORD: float}), ["pseudonym"]),
    )
    return [
        write_table(
            pa.Table.from_pandas(frame.assign(month=month), preserve_index=False),
            partition(workspace, name, month) / "part-00.parquet",
            order,
        )
        for name, frame, order in tables
    ]


def read_beliefs(workspace: Workspace, month: str, known: Catalogue, segments: Sequence[str]) -> Beliefs:
    """Read the newest beliefs before ``month``; a new segment gets what the others share, a new form the prior."""
    earlier = [one for one in delivered_months(workspace, RECORDS) if one < month]
    prior = beliefs_of(known, segments)
    if not earlier:
        return prior
    cells, weights, record = (
        read_table([partition(workspace, name, earlier[-1]) / "part-00.parquet"], columns).to_pandas()
        for name, columns in ((CELLS, COLUMNS), (WEIGHTS, [*prior.weights]), (RECORDS, ["pseudonym", RECORD]))
    )
    own = prior.cells.set_index(["segment_id", "care_form"])
    kept = cells.set_index(["segment_id", "care_form"])
    shared = kept.reindex([(ANY_SEGMENT, code) for _, code in own.index])
    best = kept.reindex(own.index).fillna(shared.set_axis(own.index)).fillna(own)
    best["answers"] = kept["answers"].reindex(own.index).fillna(0).astype("int64")
    weights = weights[weights["trait"].isin([BASE, *TRAITS])]
    return Beliefs(best.reset_index()[COLUMNS], weights, record.set_index("pseudonym")[RECORD])
