"""How customers are served and billed: network, complaints, payments, contracts, changes of plan."""

from pydantic import Field

from bassboss_lib.boss.parameters.base import Fen, Part, Positive, Share, Spread

__all__ = ["Complaints", "Contract", "Extras", "Life", "Network", "Parking", "Payment", "PlanChange"]


class Network(Part):
    """Log-odds that a call drops: of the home cell's area and of the customer's corner of it."""

    area: Spread
    own: Spread


class Payment(Part):
    """Who does not pay, and what follows."""

    risk: Spread
    fraud: float  # added to the log-odds of those who never mean to pay
    again: Share
    suspend_after: int = Field(ge=1)
    close_after: int = Field(ge=2)
    frozen: Share  # of those closed, whose number is frozen (2030) instead of removed (2020)
    high_bill: Positive  # bills above this multiple of the credit limit stop the number (1032)
    top_up_fen: int = Field(ge=100)
    reversals: Share


class Complaints(Part):
    """How often customers complain, how often it fails them, how fast they forget."""

    base: Share
    per_drop_share: float = Field(ge=0)
    after_rise: Share  # added for those whose bill rose by half
    failed: Share
    failed_again: Share  # of those whose last complaint failed
    decay: Share
    open: Share  # still open when the month is delivered


class Life(Part):
    """Moves, and how fast their effect decays."""

    chance: Share
    decay: Share


class Contract(Part):
    """Contracts of 12 or 24 months."""

    share: Share
    renewal: Share
    signing: Share
    discount: Share  # of the monthly fee while the contract runs


class PlanChange(Part):
    """Changes of plan by one's own decision: chance a month, more where the saving is worth it."""

    base: Share
    worth: Share  # added where another plan of the brand saves ``saving`` of the bill
    saving: Share
    damping: Positive  # largest change of log price that use responds to


class Parking(Part):
    """停机保号: use stopped at the customer's wish, the number kept; and other stops, which are rare."""

    start: Share
    stop: Share
    other: Share


class Extras(Part):
    """What is billed beside the plan: value-added services, and what is given back after a complaint."""

    share: Share
    prices_fen: list[Fen] = Field(min_length=1)
    refund_fen: list[Fen] = Field(min_length=1)
