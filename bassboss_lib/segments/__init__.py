"""Who customers are: the value block that every list carries, and the segments.

`value_block` gives ARPU, MOU, credit and growth potential with one definition for all lists. `interim_segments` names
value tercile by tenure band, until segments of their own take its place.
"""

from bassboss_lib.segments.interim import interim_segments
from bassboss_lib.segments.value import value_block, write_values

__all__ = ["interim_segments", "value_block", "write_values"]
