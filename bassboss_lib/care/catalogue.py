"""The catalogue of care (关怀目录): occasions, forms and channels, as data that people edit, checked when read.

A form that has no capacity (0) stays in the catalogue and is never chosen; the page of the list says so.
"""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bassboss_lib.contracts.declarations import code_list
from bassboss_lib.workspace import read_yaml, validated

__all__ = ["OCCASIONS", "Catalogue", "Eligible", "Form", "Occasion", "Words", "catalogue"]

FILE = Path(__file__).with_name("catalogue.yaml")

OCCASIONS = (
    "complaint_open", "complaint_closed", "network_trouble", "bill_unusual", "arrears", "balance_low",
    "contract_ending", "falling_use", "silent", "roaming", "newcomer", "birthday", "anniversary", "terminal_old",
    "high_value", "points_expiring", "festival", "weather", "general",
)  # fmt: skip
"""Every occasion that `occasions` can find, most pressing first: of several the first is the reason given."""

PER = 10_000
"""Capacities are for so many customers, so that one catalogue serves operators of any size."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """A text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Occasion(_Strict):
    """An occasion: its reason code, whether it is urgent, from which threshold and in which months it holds."""

    reason: str
    zh: str
    en: str
    urgent: bool = False
    threshold: float | None = None
    within_days: int = Field(7, ge=0)
    months: tuple[int, ...] = tuple(range(1, 13))


class Eligible(_Strict):
    """Who may have a form of care; what is left out asks nothing."""

    tenure_months_min: int = Field(0, ge=0)
    arpu_fen_min: int = Field(0, ge=0)
    age_years_min: int = Field(0, ge=0)


class Form(_Strict):
    """A form of care; see ``catalogue.yaml`` for what each key means."""

    occasions: tuple[str, ...] = Field(min_length=1)
    channel: str
    cost_fen: int = Field(ge=0)
    capacity_per_10k: float = Field(ge=0)
    cooldown_months: int = Field(ge=0, le=24)
    fatigue: float = Field(ge=0, lt=1)
    season: tuple[int, ...] = tuple(range(1, 13))
    eligible: Eligible = Eligible.model_validate({})
    reach: float = Field(gt=0, le=1)
    gain: float = Field(ge=-9, le=9)
    mechanism: Words
    script: Words


class Belief(_Strict):
    """What is expected, and how uncertain that is, before anything is learnt; see ``catalogue.yaml``."""

    welcome: float = Field(gt=0, lt=1)
    accept: float = Field(gt=0, lt=1)
    form_share: float = Field(gt=0)
    cell_share: float = Field(gt=0)
    unwelcome_sd: float = Field(gt=0)
    liking: float
    liking_sd: float = Field(gt=0)

    @model_validator(mode="after")
    def _welcome_first(self) -> "Belief":
        if self.accept >= self.welcome:
            raise ValueError(f"accept {self.accept} must be below welcome {self.welcome}: who accepts welcomes care")
        return self


class Ask(_Strict):
    """How controls are asked who get no care."""

    form: str
    channel: str
    cost_fen: int = Field(ge=0)
    script: Words


class Catalogue(_Strict):
    """The whole catalogue."""

    point_fen: int = Field(gt=0)
    urgent_weight: float = Field(ge=1)
    last_day: int = Field(ge=1, le=28)
    contacts_max: int = Field(ge=1)
    rest_months: int = Field(ge=0)
    belief: Belief
    ask: Ask
    occasions: dict[str, Occasion]
    forms: dict[str, Form] = Field(min_length=1)
    channels: dict[str, float]

    @model_validator(mode="after")
    def _known(self) -> "Catalogue":
        if set(self.occasions) != set(OCCASIONS):
            odd = sorted(set(self.occasions) ^ set(OCCASIONS))
            raise ValueError(f"occasions: {odd[0]} is unknown or missing; there are {', '.join(OCCASIONS)}")
        reasons, forms = code_list("care_reason").codes, code_list("care_form").codes
        for name, occasion in self.occasions.items():
            if occasion.reason not in reasons:
                raise ValueError(
                    f"occasions.{name}: reason {occasion.reason} is not in contracts/codes/care_reason.yaml"
                )
        for code in (*self.forms, self.ask.form):
            if code not in forms:
                raise ValueError(f"form {code} is not in contracts/codes/care_form.yaml")
        for code, form in self.forms.items():
            self._one_form(code, form)
        if self.ask.form in self.forms:
            raise ValueError(f"ask.form: {self.ask.form} is a form of care; controls must be asked without any")
        return self

    def _one_form(self, code: str, form: Form) -> None:
        if form.channel not in code_list("care_channel").codes or form.channel not in self.channels:
            raise ValueError(f"forms.{code}: channel {form.channel} is not in channels and care_channel.yaml")
        unknown = sorted(set(form.occasions) - set(self.occasions))
        if unknown:
            raise ValueError(f"forms.{code}: occasion {unknown[0]} is unknown")
        if not set(form.season) <= set(range(1, 13)):
            raise ValueError(f"forms.{code}: season {form.season} are not months 1 to 12")

    def capacities(self, customers: int) -> dict[str, int]:
        """Form → tasks a month that an operator of so many customers can work.

        Examples
        --------
        >>> catalogue().capacities(20_000)["F03"]
        40
        """
        return {code: int(form.capacity_per_10k * customers / PER) for code, form in self.forms.items()}

    def channel_capacities(self, customers: int) -> dict[str, int]:
        """Channel → tasks a month that it carries for so many customers, all forms together."""
        return {code: int(per * customers / PER) for code, per in self.channels.items()}

    def in_season(self, calendar_month: int) -> list[str]:
        """List the forms offered in a month of the calendar (1 to 12), in the order of their codes."""
        return [code for code in sorted(self.forms) if calendar_month in self.forms[code].season]


@cache
def catalogue(path: Path = FILE) -> Catalogue:
    """Read the catalogue.

    Raises
    ------
    CallError
        If it is wrong; the line names file, key and remedy.

    Examples
    --------
    >>> len(catalogue().forms), catalogue().forms["F12"].occasions
    (21, ('complaint_open', 'complaint_closed'))
    """
    remedy = "mend the key; the shipped catalogue shows all"
    return validated(Catalogue, read_yaml(path), path.name, remedy=remedy)
