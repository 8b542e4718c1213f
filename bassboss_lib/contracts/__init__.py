"""Contracts: what a table or a file is, declared once.

Every unit of the interface is one YAML file in ``units/``, every value list one in ``codes/``. From them come the
check of what is delivered, the byte layout of what is sent, the Parquet schemas and the interface handbook, so that
the two systems can only disagree with one text. ``Feature`` declares the columns of models' tables in the same way.
"""

from bassboss_lib.contracts.check import Checked, check
from bassboss_lib.contracts.declarations import code_list, code_lists, read_unit, unit, units
from bassboss_lib.contracts.feature import Feature
from bassboss_lib.contracts.fields import CodeList, Field, Unit
from bassboss_lib.contracts.schema import typed_schema, warehouse_schema
from bassboss_lib.contracts.text import control_totals, key_hash, to_text

__all__ = [
    "Checked",
    "CodeList",
    "Feature",
    "Field",
    "Unit",
    "check",
    "code_list",
    "code_lists",
    "control_totals",
    "key_hash",
    "read_unit",
    "to_text",
    "typed_schema",
    "unit",
    "units",
    "warehouse_schema",
]
