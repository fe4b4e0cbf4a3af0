"""Column types that mean the same on SQLite and PostgreSQL, and the names of constraints."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Numeric
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {  # before the first table: every constraint can be named in a migration
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out, on both databases. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Scaled(TypeDecorator[Decimal]):
    """An exact decimal: NUMERIC on PostgreSQL, a scaled integer on SQLite, which has no exact decimals.

    A value with more digits than the column holds is refused, never rounded.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__(precision, scale)
        self.precision = precision
        self.scale = scale
        self.step = Decimal(1).scaleb(-scale)
        self.limit = Decimal(10) ** (precision - scale)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(self.precision, self.scale))

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | int | None:
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError("a float is not exact")
        exact = Decimal(value)
        if not exact.is_finite() or abs(exact) >= self.limit or exact != exact.quantize(self.step):
            raise ValueError(f"{value} does not fit {self.precision} digits with {self.scale} decimals")
        return int(exact.scaleb(self.scale)) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: int | Decimal | None, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return Decimal(int(value)).scaleb(-self.scale)
        return Decimal(value)


class Kopecks(TypeDecorator[int]):
    """Money: 64 bits on PostgreSQL too, whose INTEGER ends at 21 million roubles. A sum of such a column is whole."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    @property
    def python_type(self) -> type[int]:
        return int

    def process_result_value(self, value: int | Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)  # PostgreSQL adds up BIGINT to NUMERIC


class Quantity(Scaled):
    """A reading or a metered volume: 15 digits, 3 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(15, 3)


class Volume(Scaled):
    """A charged volume as the payment document shows it: 15 digits, 7 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(15, 7)


class Price(Scaled):
    """Roubles for a unit of a resource: 12 digits, 6 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(12, 6)


class Ratio(Scaled):
    """A norm, a coefficient or an area: 12 digits, 5 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(12, 5)
