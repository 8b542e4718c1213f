"""Who customers are: the value block that every list carries, and segments that last.

`value_block` gives ARPU, MOU, credit and growth potential with one definition for all lists, `year_value_fen` the value
of the coming year. `segment` divides a month's customers and `write_segments` keeps it; everybody else asks `assigned`,
and `titles` for names. Modules in the order of the work: ``dimensions`` and ``measures`` (what tells customers apart),
``space`` (scales), ``clusters`` and ``choice`` (groups, and how many), ``keep`` (numbers, hysteresis), ``names``,
``explaining`` (why), ``model`` (what is stored), ``dividing`` (all of it), ``assignment`` (the door). As long as there
are none, ``interim`` answers: value tercile by tenure band.
"""

from bassboss_lib.segments.assignment import assigned, earlier_model, names_of, segment, titles, write_segments
from bassboss_lib.segments.choice import Limits
from bassboss_lib.segments.dividing import Segmented, divide, result
from bassboss_lib.segments.explaining import membership, segment_drivers
from bassboss_lib.segments.interim import interim_segments
from bassboss_lib.segments.keep import OUTLIERS
from bassboss_lib.segments.names import holds
from bassboss_lib.segments.value import value_block, write_values, year_value_fen

__all__ = [
    "OUTLIERS",
    "Limits",
    "Segmented",
    "assigned",
    "divide",
    "earlier_model",
    "holds",
    "interim_segments",
    "membership",
    "names_of",
    "result",
    "segment",
    "segment_drivers",
    "titles",
    "value_block",
    "write_segments",
    "write_values",
    "year_value_fen",
]
