"""How strong contact is in a world: found when it opens, so that twin worlds show what the YAML's targets say.

The targets are shares of three-month churn, which readers can picture; what acts on hazards are the strengths. One
follows from the other and the world's hazards, and is kept in the state's header.
"""

from dataclasses import asdict, dataclass

__all__ = ["Strengths", "in_header", "of_header"]


@dataclass(frozen=True)
class Strengths:
    """What acts on hazards.

    Parameters
    ----------
    offer : float
        Share of a cause's hazard that a wholly matching offer averts.
    dog : float
        Share by which a call raises a sleeping dog's hazards.
    wake : float
        Share by which a survey call raises everybody else's.
    drift : float
        Share averted among customers whose whole circle has accepted.
    """

    offer: float = 0.76
    dog: float = 1.33
    wake: float = 0.95
    drift: float = 0.29


def of_header(header: dict[str, str]) -> Strengths:
    """Read the strengths of a state's header; a world too small to find its own takes those of the shipped one.

    Examples
    --------
    >>> of_header({"strength_offer": "0.5"})
    Strengths(offer=0.5, dog=1.33, wake=0.95, drift=0.29)
    """
    known = {name: float(header.get(f"strength_{name}", value)) for name, value in asdict(Strengths()).items()}
    return Strengths(**known)


def in_header(power: Strengths) -> dict[str, str]:
    """Write strengths for a state's header."""
    return {f"strength_{name}": repr(float(value)) for name, value in asdict(power).items()}
