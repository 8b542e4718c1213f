"""The offer catalogue (推荐方案): what may be offered for which reason, at what cost; data that people edit.

`choose` names an offer per customer: by reason at first, now and then another suitable one at random, so that the
difference between offers can be measured at all; and by learnt effect once that is proven.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bassboss_lib.contracts.declarations import code_list
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["Catalogue", "Offer", "Words", "catalogue", "choose", "suitable"]

OFFERS = Path(__file__).with_name("offers.yaml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """A title in both languages."""

    zh: str
    en: str


class Offer(_Strict):
    """One offer: titles, cost once accepted (fen), reasons that it suits, and the channel that carries it."""

    zh: str
    en: str
    cost_fen: int = Field(ge=0)
    reasons: tuple[str, ...] = Field(min_length=1)
    channel: Words


class Catalogue(_Strict):
    """All offers by code, what a call costs (fen), and the offer for customers whose reason nothing suits."""

    contact_cost_fen: int = Field(ge=0)
    default_offer: str
    offers: dict[str, Offer] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> "Catalogue":
        codes, reasons = code_list("offer").codes, code_list("churn_reason").codes
        for code, offer in self.offers.items():
            if code not in codes:
                raise ValueError(f"offer {code} is not in the value list contracts/codes/offer.yaml")
            for reason in offer.reasons:
                if reason not in reasons:
                    raise ValueError(f"offer {code}: reason {reason} is not in contracts/codes/churn_reason.yaml")
        if self.default_offer not in self.offers:
            raise ValueError(f"default_offer {self.default_offer} is not in the catalogue")
        return self

    @property
    def costs(self) -> dict[str, int]:
        """Offer code → cost once accepted, fen."""
        return {code: offer.cost_fen for code, offer in self.offers.items()}


@cache
def catalogue(path: Path = OFFERS) -> Catalogue:
    """Read the catalogue.

    Raises
    ------
    CallError
        If it is wrong; the line names file and key.
    """
    return validated(Catalogue, read_yaml(path), path.name)


def suitable(reason: str, known: Catalogue | None = None) -> list[str]:
    """List the offers that suit a reason, preferred first; the default offer where none does.

    Offers that name the reason earlier among theirs come first; ties keep the catalogue's order.

    Examples
    --------
    >>> suitable("R02"), suitable("R99")
    (['O05'], ['O03'])
    """
    given = known or catalogue()
    fits = [(offer.reasons.index(reason), code) for code, offer in given.offers.items() if reason in offer.reasons]
    return [code for _, code in sorted(fits, key=lambda one: one[0])] or [given.default_offer]


def choose(
    reasons: pd.Series,
    u: np.ndarray,
    *,
    explore_share: float = 0.0,
    learnt: Mapping[str, str] | None = None,
    known: Catalogue | None = None,
) -> pd.DataFrame:
    """Choose an offer for each customer.

    Parameters
    ----------
    reasons : Series of str
        Main reason of each customer.
    u : ndarray
        One uniform number in [0, 1) per customer, drawn for this purpose alone.
    explore_share : float
        Share of customers who get any suitable offer at random, in [0, 1].
    learnt : mapping, optional
        Reason → offer whose effect is proven to be better (see `profit.best_offers`).

    Returns
    -------
    DataFrame
        Index as ``reasons``: ``recommended_offer``, ``offer_probability`` (with which this offer was chosen for this
        customer, in (0, 1]).

    Examples
    --------
    >>> choose(pd.Series(["R01", "R01"]), np.array([0.05, 0.95]), explore_share=0.3)["recommended_offer"].tolist()
    ['O01', 'O02']
    """
    offers, chances = np.empty(len(reasons), object), np.ones(len(reasons))
    for reason in sorted(set(reasons)):
        rows = np.flatnonzero((reasons == reason).to_numpy())
        fits = suitable(reason, known)
        first = (learnt or {}).get(reason, fits[0])
        ordered = [first, *[code for code in fits if code != first]]
        share = explore_share / len(ordered)
        chance = np.array([1 - explore_share + share, *[share] * (len(ordered) - 1)])
        place = np.minimum(np.searchsorted(np.cumsum(chance), u[rows], side="right"), len(ordered) - 1)
        offers[rows], chances[rows] = np.array(ordered, object)[place], chance[place]
    return pd.DataFrame({"recommended_offer": offers, "offer_probability": chances}, index=reasons.index)
