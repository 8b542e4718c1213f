"""An operator's own table as material for learning: its rows as a `Sample`, and its mapping's split."""

from bassboss_lib.learning.splits import Split, declared_split, repeated_folds, time_split
from bassboss_lib.learning.tables import Sample
from bassboss_lib.warehouse.mapping import ByDeclaration, ByFolds
from bassboss_lib.warehouse.wide import WideSource

__all__ = ["sample_of", "split_of"]


def sample_of(source: WideSource) -> Sample:
    """Give the rows of an imported table."""
    return Sample(source.keys, source.x, source.y, source.features)


def split_of(source: WideSource) -> Split:
    """Split the rows as the mapping says: as declared, in repeated folds that
    keep the months of a customer together, or by time.

    Raises
    ------
    CallError
        If no row is declared to train, or none to test.
    GateRefused
        If a split by time has fewer than three months.
    """
    how = source.mapping.split
    if isinstance(how, ByDeclaration) and source.part is not None:
        return declared_split(source.part, how.train, how.test)
    if isinstance(how, ByFolds):
        groups = source.keys.iloc[:, 0].to_numpy() if "month" in source.keys else None
        return repeated_folds(source.y, how.times, how.folds, how.seed, groups)
    return time_split(source.keys["month"]).on(source.keys["month"])
