"""One row per customer as of a month: what is known at its end, and nothing later.

Each module covers one class of input of the specification's section 3.3.1.3 and declares its columns as `Feature`
entries beside the function that computes them. `build` joins them; `leaks` proves that no column looks ahead.
"""

from bassboss_lib.features.build import GROUPS, as_of, dictionary
from bassboss_lib.features.leaks import refuse_leaks
from bassboss_lib.features.view import View

__all__ = ["GROUPS", "View", "as_of", "dictionary", "refuse_leaks"]
