"""What the tables are made of: their names for constraints, and columns that are alike in all of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column that is called INTEGER.
Seq = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True)


def to(target: str) -> sa.ForeignKey:
    """Return a reference to a column of another table, checked at commit."""
    return sa.ForeignKey(target, deferrable=True, initially="DEFERRED")


def required(name: str, kind: Any, *more: Any) -> sa.Column[Any]:
    """Return a column that is never NULL."""
    return sa.Column(name, kind, *more, nullable=False)
