"""What use costs: tariff plans as data, the reference engine that says what they mean, and fast ones that equal it.

Start with `read_catalogue` (a price list in YAML) and `rate_owner` (one owner's months, call by call, in exact
fractions). `compile_plans` turns a price list into arrays, and `charge_events` charges columns of CDRs by them.
"""

from bassboss_lib.rating.catalogue import Header
from bassboss_lib.rating.charging import Charged, bill_items, charge_events
from bassboss_lib.rating.classes import FEE_ITEMS, KINDS, ZONES
from bassboss_lib.rating.compiled import Compiled, compile_plans
from bassboss_lib.rating.expected import ExpectedUse, expected_bill
from bassboss_lib.rating.plan import Plan
from bassboss_lib.rating.pricelist import Catalogue, parse_terms, read_catalogue, terms
from bassboss_lib.rating.records import Bill, Call, Line, Month
from bassboss_lib.rating.reference import rate_owner
from bassboss_lib.rating.usage import Subscriptions, Usage, make_usage

__all__ = [
    "FEE_ITEMS",
    "KINDS",
    "ZONES",
    "Bill",
    "Call",
    "Catalogue",
    "Charged",
    "Compiled",
    "ExpectedUse",
    "Header",
    "Line",
    "Month",
    "Plan",
    "Subscriptions",
    "Usage",
    "bill_items",
    "charge_events",
    "compile_plans",
    "expected_bill",
    "make_usage",
    "parse_terms",
    "rate_owner",
    "read_catalogue",
    "terms",
]
