"""What contact does, as numbers: read from ``contact.yaml`` beside this file and checked before anybody is called.

Effects, tasks, answers and BOSS's manners all come from here; the room `boss.contact` takes a `Contact` and holds no
constants of behaviour.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bassboss_lib.contracts import code_list
from bassboss_lib.workspace import read_yaml, validated

__all__ = [
    "ATTITUDES",
    "AVERTED_MOST",
    "CAUSES",
    "KINDS",
    "Contact",
    "Fading",
    "Form",
    "Kind",
    "Manners",
    "Personality",
    "read_contact",
]

CAUSES = ("R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R99")
Attitude = Literal["receptive", "indifferent", "sleeping_dog"]
ATTITUDES: tuple[Attitude, ...] = ("receptive", "indifferent", "sleeping_dog")
Kind = Literal["retention", "survey", "care"]
AVERTED_MOST = 0.95
KINDS: tuple[Kind, ...] = ("retention", "survey", "care")
Personality = Literal["prompt", "sloppy", "hostile"]
Misdeed = Literal[
    "receipt_late",
    "receipt_twice",
    "contradicts",
    "rows_outside",
    "unknown_delivery",
    "unreadable_receipt",
    "wrong_total",
    "missing_data",
    "garbled",
    "unknown_customer",
    "twice_in_file",
]
Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Targets(_Part):
    """What twin worlds are to show, as shares of three-month voluntary churn."""

    best_offer: float = Field(ge=0, lt=1)
    sleeping_dog: float = Field(ge=0)
    wake_up: float = Field(ge=0)
    drift: float = Field(ge=0, lt=1)


class Reach(_Part):
    """Log-odds of getting through."""

    base: float
    hours: dict[int, float] = Field(min_length=1)
    per_decade: float
    per_contact: float
    suspended: float
    message: float


class Accept(_Part):
    """Probability that a customer who is reached accepts, by attitude; the offer's ``match`` to the main cause adds."""

    receptive: Share
    indifferent: Share
    sleeping_dog: Share
    match: Share
    per_contact: float


class Fading(_Part):
    """An effect is whole for ``months`` after its own and then falls to nothing in ``fade`` months."""

    months: int = Field(ge=0)
    fade: int = Field(ge=0)


class Fadings(_Part):
    """How each effect fades."""

    offer: Fading
    contact: Fading
    wake_up: Fading
    care: Fading


class Fatigue(_Part):
    """Contacts on record fade by ``decay`` a month; each earlier one weakens an offer and adds harm."""

    decay: Share
    weakens: float = Field(ge=0)
    harm: float = Field(ge=0)


class Form(_Part):
    """A form of care: how loud it is, what it does to satisfaction, complaints and causes, for which types."""

    loud: Share
    satisfaction: float
    complaints: Share
    averts: dict[str, Share]
    fit: list[float]


class Care(_Part):
    """Types of customers, as ``types`` of world.yaml names them, and forms of care."""

    types: list[str]
    forms: dict[str, Form] = Field(min_length=1)


class Satisfaction(_Part):
    """Satisfaction of ten: the mean, spreads of person and answer, and what moves it."""

    mean: float
    person: float = Field(ge=0)
    answer: float = Field(ge=0)
    failed_complaint: float
    drops: float
    owed: float
    offer: float
    sleeping_dog: float


class Survey(_Part):
    """By how much an answer exceeds the deed, in log-odds; who answers at all, and who has a suggestion."""

    overstates: float
    overstates_spread: float = Field(ge=0)
    overstates_per_decade: float
    answer: float = Field(ge=0)
    answers: dict[Attitude, Share]
    suggests: Share


class Opinions(_Part):
    """How far customers' words can be believed."""

    honest: Share


class Desk(_Part):
    """How BOSS works lists: days, capacity per day and 10,000 customers, and when receipts are written."""

    first_day: int = Field(ge=1, le=28)
    last_day: int = Field(ge=1, le=28)
    capacity_per_day: dict[Kind, int]
    own_judgement: Share
    file_receipt_s: int = Field(ge=0)
    record_receipt_s: int = Field(ge=0)


class Manners(_Part):
    """How BOSS answers: shares of feedback rows, and the chance of each misdeed per file or receipt."""

    late: Share
    duplicated: Share
    corrected: Share
    misdeeds: dict[Misdeed, Share]


class Contact(_Part):
    """All terms of contact; see ``contact.yaml`` for what each means."""

    targets: Targets
    horizon_months: int = Field(ge=1)
    reach: Reach
    accept: Accept
    fading: Fadings
    fatigue: Fatigue
    offers: dict[str, dict[str, Share]]
    care: Care
    satisfaction: Satisfaction
    survey: Survey
    opinions: Opinions
    desk: Desk
    personalities: dict[Personality, Manners]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, found, wanted in (
            ("offers", list(self.offers), list(code_list("offer").codes)),
            ("care.forms", list(self.care.forms), list(code_list("care_form").codes)),
            *((f"offers.{code}", list(match), list(CAUSES)) for code, match in self.offers.items()),
        ):
            if found != wanted:
                raise ValueError(f"{name} must be {', '.join(wanted)} in this order")
        for code, form in self.care.forms.items():
            if len(form.fit) != len(self.care.types) or not set(form.averts) <= set(CAUSES):
                raise ValueError(f"care.forms.{code}: one fit per type, and averts by causes")
            if max(form.fit) * max([form.complaints, *form.averts.values()]) > AVERTED_MOST:
                raise ValueError(f"care.forms.{code}: fit times share averts more than {AVERTED_MOST}")
        if self.desk.first_day > self.desk.last_day:
            raise ValueError("desk.first_day lies after desk.last_day")
        return self


def read_contact(path: Path | None = None) -> Contact:
    """Read and check the terms of contact.

    Parameters
    ----------
    path : Path, optional
        A YAML of the shape of the shipped ``contact.yaml``; default the shipped one.

    Raises
    ------
    CallError
        If a key is missing, unknown or out of range; names file and key.

    Examples
    --------
    >>> read_contact().offers["O05"]["R02"]
    1.0
    """
    source = path or Path(__file__).with_name("contact.yaml")
    return validated(Contact, read_yaml(source), source.name, remedy="mend the key; the shipped contact.yaml shows all")
