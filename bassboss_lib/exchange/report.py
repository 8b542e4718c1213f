"""What an intake did, for whoever called it."""

from dataclasses import dataclass, field

__all__ = ["IntakeReport", "Loaded"]


@dataclass(frozen=True)
class Loaded:
    """A delivery taken in: rows in = loaded + quarantined."""

    unit: str
    period: str
    rr: int
    rows: int
    loaded: int
    quarantined: int
    integrity: str


@dataclass
class IntakeReport:
    """What an intake did.

    ``loaded``: deliveries taken in, in order; ``already``: stems delivered again with the same bytes; ``waiting``: what
    is not whole or not due yet; ``warnings``: what was taken in with a reservation.
    """

    loaded: list[Loaded] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Give the outcome in one line.

        Examples
        --------
        >>> IntakeReport(already=["i_10000_202610_01002_00"]).line()
        '0 deliveries, 0 rows loaded, 0 quarantined; 1 already loaded'
        """
        rows, refused = sum(one.loaded for one in self.loaded), sum(one.quarantined for one in self.loaded)
        told = [f"{len(self.loaded)} deliveries, {rows:,} rows loaded, {refused:,} quarantined"]
        told += [f"{len(self.already)} already loaded"] if self.already else []
        told += [f"waiting for {len(self.waiting)}: {self.waiting[0]}"] if self.waiting else []
        told += [f"{len(self.warnings)} warnings: {self.warnings[0]}"] if self.warnings else []
        return "; ".join(told)
