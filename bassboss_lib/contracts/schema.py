"""The Arrow schemas of a unit: of its typed table, as files give it, and of its warehouse table, pseudonyms only."""

import pyarrow as pa

from bassboss_lib.contracts.fields import Field, Unit

__all__ = ["typed_schema", "warehouse_schema"]

TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "month": pa.string(),
    "int": pa.int64(),
    "decimal": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("s"),
}


def typed_schema(unit: Unit) -> pa.Schema:
    """Give the schema of a unit's typed table: one column per field, identifiers in clear.

    Examples
    --------
    >>> from bassboss_lib.contracts.declarations import unit
    >>> typed_schema(unit("balance")).names
    ['customer_id', 'month', 'balance_fen']
    """
    return pa.schema([pa.field(one.name, TYPES[one.type], one.nullable) for one in unit.fields])


def warehouse_schema(unit: Unit) -> pa.Schema:
    """Give the schema of a unit's warehouse table: pseudonyms for identifiers, hidden fields left out.

    Examples
    --------
    >>> from bassboss_lib.contracts.declarations import unit
    >>> warehouse_schema(unit("balance")).names
    ['pseudonym', 'month', 'balance_fen']
    """
    kept = [one for one in unit.fields if one.stored_as]
    return pa.schema([pa.field(one.stored_as, _stored(one), one.nullable) for one in kept])


def _stored(one: Field) -> pa.DataType:
    return pa.float64() if one.type == "decimal" else TYPES[one.type]
