"""What a GetConnector is: a name, a description, fields in an order, and the SQL that its rows come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LENGTHS: Mapping[str, int] = {"string": 255, "int": 10, "decimal": 26, "boolean": 1, "date": 8, "blob": 0}
"""The length in metainfo where a definition says nothing [our guess, but for 26: H:p15, official]."""

SQL_TYPES: Mapping[str, str] = {"int": "BIGINT", "boolean": "BOOLEAN", "date": "TIMESTAMP"}
"""How a value of each type is kept; decimals have their own size, everything else is text."""


@dataclass(frozen=True)
class Text:
    """A text in the two languages that the sandbox speaks."""

    nl: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text in `nl` or `en`."""
        return self.en if language == "en" else self.nl


@dataclass(frozen=True)
class CodeValue:
    """One value of the code table behind a field."""

    id: str
    description: Text


@dataclass(frozen=True)
class Field:
    """A field as metainfo describes it, and the column in which the sandbox keeps it."""

    id: str
    data_type: str
    label: Text
    field_id: str
    length: int
    control_type: int
    decimals: int
    column: str
    """The column of the GetConnector's SQL, quoted."""
    values: tuple[CodeValue, ...] = ()

    @property
    def sql_type(self) -> str:
        """The DuckDB type of the column; a type that only metainfo knows is text."""
        if self.data_type == "decimal":
            return f"DECIMAL({min(38, max(26, self.length))}, {self.decimals})"
        return SQL_TYPES.get(self.data_type, "VARCHAR")


@dataclass(frozen=True)
class GetConnector:
    """A GetConnector: `select` gives a column per field, and the columns of `identity` that tell rows apart.

    Without a `select` it is known and can be opened, but holds no rows.
    """

    id: str
    description: Text
    fields: tuple[Field, ...]
    select: str | None = None
    identity: tuple[str, ...] = ()
    blocked: bool = False
    standard: bool = False
    own_table: str | None = None
    """The table of a GetConnector that a test defined; None where the rows come from the books."""
    by_id: dict[str, Field] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.by_id.update({each.id: each for each in self.fields})

    def source(self, language: str) -> str:
        """Return the SQL to select from, as a subquery."""
        if self.select is not None:
            return f"({self.select.replace('@language', language)})"
        columns = ", ".join(f"CAST(NULL AS {each.sql_type}) AS {each.column}" for each in self.fields)
        return f"(SELECT {columns} WHERE FALSE)"


def quoted(name: str) -> str:
    """Return a name as SQL writes it when it may hold anything."""
    return '"' + name.replace('"', '""') + '"'


def make_field(facts: Mapping[str, Any], number: int, column: str | None = None) -> Field:
    """Make a field from its facts; what they leave out gets AFAS's usual value.

    `label` is a text, a pair (Dutch, English) or a mapping; `values` are triples or mappings. `number` makes AFAS's
    internal fieldId: U001, U002 and on.
    """
    data_type = facts["dataType"]
    return Field(
        id=facts["id"],
        data_type=data_type,
        label=make_text(facts.get("label", facts["id"])),
        field_id=facts.get("fieldId", f"U{number:03}"),
        length=facts.get("length", LENGTHS.get(data_type, 255)),
        control_type=facts.get("controlType", 23 if data_type == "blob" else 1),
        decimals=facts.get("decimals", 10 if data_type == "decimal" else 0),
        column=column or quoted(facts["id"]),
        values=tuple(_code_value(value) for value in facts.get("values") or ()),
    )


def make_text(given: Any) -> Text:
    """Make a text from one string, a (Dutch, English) pair or a mapping."""
    if isinstance(given, str):
        return Text(given, given)
    if isinstance(given, Mapping):
        return Text(given["nl"], given["en"])
    dutch, english = given
    return Text(dutch, english)


def _code_value(given: Any) -> CodeValue:
    if isinstance(given, Mapping):
        return CodeValue(str(given["id"]), make_text(given["description"]))
    code, *texts = given
    return CodeValue(str(code), make_text(texts if len(texts) == 2 else texts[0]))
