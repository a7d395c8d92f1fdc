"""Keys of rows as texts, to remember them by and to ask AFAS for them."""

import base64
import binascii
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

from source_afas.afas.exact_json import dumps, loads
from source_afas.afas.query import OPERATORS, Condition, as_text
from source_afas.reading.order import is_empty
from source_afas.reading.retriever import GetConnectorRetriever


def key_of(row: Mapping[str, Any], fields: Iterable[str]) -> str:
    """Return a row's key: a JSON list of the values of its fields."""
    values = [row.get(field) for field in fields]
    try:
        return dumps(values).decode()
    except TypeError:  # beyond 64 bits orjson writes no integer
        return dumps([Decimal(value) if type(value) is int else value for value in values]).decode()


def values_of(key: str, fields: Iterable[str]) -> dict[str, Any]:
    """Return the values of a key by field."""
    return dict(zip(fields, loads(key), strict=True))


def packed(keys: Iterable[str], more: bytes = b"") -> str:
    """Return keys, and bytes that go with them, as a short text for a state."""
    text = "\n".join(keys).encode() + b"\n\n" + more
    return base64.b64encode(zlib.compress(text)).decode()


def unpacked(text: Any) -> tuple[list[str], bytes]:
    """Return what `packed` has packed. Raises `ValueError` where it is anything else."""
    try:
        keys, between, more = zlib.decompress(base64.b64decode(text, validate=True)).partition(b"\n\n")
    except (TypeError, binascii.Error, zlib.error):
        raise ValueError("no packed keys") from None
    if not between:
        raise ValueError("no packed keys")
    return keys.decode().split("\n") if keys else [], more


def still_there(
    retriever: GetConnectorRetriever, keys: Collection[str], asked_by: Sequence[str] | None = None
) -> Iterator[Mapping[str, Any]]:
    """Yield the rows that AFAS has for keys, asked for by name: a row may have moved while the others were read.

    `asked_by` are the fields of the key to ask by, where fewer of them need fewer requests.
    """
    fields = retriever.described.primary_key
    asked_by = fields if asked_by is None else asked_by
    groups = list(dict.fromkeys(_is(retriever, values_of(key, fields), asked_by) for key in sorted(keys)))
    missing = set(keys)
    for part in retriever.everything().split():
        for asked in part.where_any(groups):
            for row in chain.from_iterable(page.exact() for page in retriever.pages(asked)):
                # What AFAS holds equal comes for each of its spellings.
                if (key := key_of(row, fields)) in missing:
                    missing.remove(key)
                    yield row


def _is(retriever: GetConnectorRetriever, values: Mapping[str, Any], fields: Iterable[str]) -> tuple[Condition, ...]:
    """Return that a row has values in some fields, or nearly: AFAS holds texts equal that are not."""
    conditions: list[Condition] = []
    for field in fields:
        value = values[field]
        if is_empty(value):
            conditions.append(Condition(field, OPERATORS["is_empty"], ""))
        elif retriever.described.data_type(field) == "date":
            conditions.extend(_around(field, datetime.fromisoformat(str(value).removesuffix("Z"))))
        else:
            conditions.append(Condition(field, OPERATORS["="], as_text(value)))
    return tuple(conditions)


def _around(field: str, moment: datetime) -> Iterator[Condition]:
    """Yield that a time is a shown one: stored times lie within half a second of those."""
    shown = moment.replace(microsecond=0)
    if shown - datetime.min > timedelta(seconds=1):
        yield Condition(field, OPERATORS[">="], (shown - timedelta(seconds=1)).isoformat())
    if datetime.max - shown > timedelta(seconds=2):
        yield Condition(field, OPERATORS["<"], (shown + timedelta(seconds=2)).isoformat())
