"""Snapshot tracking: all rows are read, and what differs from the last sync's is told.

For each row the state remembers its key and a hash of its other fields. So a row that is gone is found, and one that is
there under another key: the other fields of a ledger account are the same before and after it gets another number.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.retrievers import Retriever
from airbyte_cdk.sources.types import StreamSlice

from source_afas.afas.errors import config_error
from source_afas.afas.exact_json import dumps
from source_afas.afas.page import Page, Row, page_of
from source_afas.reading.retriever import GetConnectorRetriever
from source_afas.reading.settings import Tracking
from source_afas.tracking.cursor import TrackingCursor
from source_afas.tracking.marks import RENUMBERED_FROM, UPDATED_AT, deletion, marks
from source_afas.tracking.row_keys import key_of, packed, still_there, unpacked, values_of

logger = logging.getLogger("airbyte")

HASH_BYTES = 8

UNKNOWN = bytes(HASH_BYTES)
"""In place of the hash of a row of which the destination may have one version or another, or none."""


def load(state: Mapping[str, Any], key: Iterable[str], scope: str, stream: str) -> dict[str, bytes]:
    """Return the hashes by key that a state remembers; none where it is of another key or scope, or of no snapshot."""
    if "snapshot" not in state:
        return {}
    try:
        if (state.get("key"), state.get("scope")) != (list(key), scope):
            raise ValueError("other settings")
        keys, hashes = unpacked(state["snapshot"])
        if len(hashes) != HASH_BYTES * len(keys):
            raise ValueError("a hash for each key")
    except ValueError:
        logger.warning(
            f"{stream}: what its state remembers is of another key, of other `filters` or `administrations`, or "
            "broken. All rows are told as new, and those that are gone since cannot be told: refresh the stream to "
            "have the destination forget them."
        )
        return {}
    return {key: hashes[HASH_BYTES * n : HASH_BYTES * (n + 1)] for n, key in enumerate(keys)}


def save(seen: Mapping[str, bytes], key: Iterable[str], scope: str, moment: str) -> dict[str, Any]:
    """Return the state that remembers hashes by key."""
    keys = sorted(seen)
    snapshot = packed(keys, b"".join(seen[key] for key in keys))
    return {UPDATED_AT: moment, "key": list(key), "scope": scope, "snapshot": snapshot}


@dataclass
class Comparison:
    """What this sync sees, beside what the last one knew."""

    stream: str
    key: tuple[str, ...]
    known: Mapping[str, bytes]
    seen: dict[str, bytes] = field(default_factory=dict)
    _waiting: dict[str, Row] = field(default_factory=dict)
    """New rows that look like a known one: they may be it, under another key."""

    def __post_init__(self) -> None:
        self._known_hashes = Counter(self.known.values())

    def changed(self, rows: Iterable[Row]) -> list[Row]:
        """Note rows as seen; return those that are new or changed, but for those that may have been renumbered."""
        found = []
        for row in rows:
            key, content = key_of(row, self.key), self._hash(row)
            if key in self.seen:
                raise config_error(
                    f"GetConnector {self.stream}: several rows have the key {', '.join(self.key)} = {key[1:-1]}, so "
                    "changes cannot be tracked by it. Name a `primary_key` in `streams` that is different in each row."
                )
            self.seen[key] = content
            if key not in self.known and self._known_hashes[content] == 1 and self._says_something(row):
                self._waiting[key] = row
            elif self.known.get(key) != content:
                found.append(row)
        return found

    def keys(self, rows: Iterable[Row]) -> list[str]:
        """Return the keys of rows."""
        return [key_of(row, self.key) for row in rows]

    def gone(self) -> list[str]:
        """Return the keys that were known and have not been seen."""
        return [key for key in self.known if key not in self.seen]

    def waiting(self) -> Iterator[tuple[Row, str | None]]:
        """Yield the rows that were kept back, each with the key that it had, where there is no doubt about it.

        No other row may look like it, neither now nor at the last sync. Of a row that a killed sync told, it is not
        known what it looked like: where one is gone, it may be any of them.
        """
        gone = {self.known[key]: key for key in self.gone()}
        seen = Counter(self.seen.values())
        if UNKNOWN in gone:
            gone = {}
        for key, row in self._waiting.items():
            content = self.seen[key]
            yield row, gone.get(content) if seen[content] == 1 else None

    def _hash(self, row: Row) -> bytes:
        others = {name: row[name] for name in sorted(row) if name not in self.key}
        return blake2b(dumps(others), digest_size=HASH_BYTES).digest()

    def _says_something(self, row: Row) -> bool:
        """Return whether a row's other fields say enough to know it by."""
        return any(name not in self.key and value not in (None, "", 0) for name, value in row.items())


@dataclass
class SnapshotRetriever(Retriever):
    """Reads a GetConnector whole, and yields what differs from the last sync."""

    rows: GetConnectorRetriever
    tracking: Tracking
    cursor: TrackingCursor

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterator[Mapping[str, Any] | AirbyteMessage]:
        """Yield new and changed rows, and a record for each that is gone."""
        for page in self._pages():
            yield from self.rows.messages(page, stream_slice)

    def _pages(self) -> Iterator[Page]:
        described, moment = self.rows.described, self.cursor.read_at
        scope = self.rows.scope()
        known = load(self.cursor.saved, described.primary_key, scope, described.id)
        compared, said = Comparison(described.id, described.primary_key, known), marks(self.tracking, moment)
        foreseen = dict(known)
        for page in self._everything():
            changed = compared.changed(page.exact())
            if len(compared.seen) > self.tracking.rows:
                raise self._too_many()
            self._foresee(foreseen, compared.keys(changed))
            yield (page if len(changed) == len(page) else page_of(changed)).with_fields(said)
        self._refuse_to_believe(len(compared.seen), len(known))
        gone = set(compared.gone())
        found = compared.changed(still_there(self.rows, gone) if gone else ())
        told = [{**said, **row} for row in found]
        told += [{**said, **row, RENUMBERED_FROM: old} for row, old in self._told_apart(compared)]
        gone = set(compared.gone())
        self._foresee(foreseen, [*compared.keys(told), *gone])
        yield page_of(told)
        yield page_of([deletion(self.tracking, values_of(key, described.primary_key), moment) for key in sorted(gone)])
        self.cursor.saved = save(compared.seen, described.primary_key, scope, moment)

    def _foresee(self, foreseen: dict[str, bytes], keys: Iterable[str]) -> None:
        """Have the next sync tell these rows again, or that they are gone, should this one be killed."""
        if uncertain := dict.fromkeys(keys, UNKNOWN):
            foreseen.update(uncertain)
            key = self.rows.described.primary_key
            self.cursor.foresee(save(foreseen, key, self.rows.scope(), self.cursor.read_at))

    def _everything(self) -> Iterator[Page]:
        parts = self.rows.everything().split()
        for part in parts:
            begun, first = self.rows.begin(part, expected=len(parts) == 1)
            if not first.is_short and self.rows.asking.row_at(begun, self.tracking.rows):
                raise self._too_many()
            yield from self.rows.pages(begun, first)

    def _told_apart(self, compared: Comparison) -> Iterator[tuple[Row, dict[str, Any] | None]]:
        renumbered = 0
        key = self.rows.described.primary_key
        for row, old in compared.waiting():
            yield row, values_of(old, key) if old else None
            if old:
                renumbered += 1
                if renumbered <= 20:
                    logger.info(f"{compared.stream}: {old[1:-1]} was renumbered to {key_of(row, key)[1:-1]}.")
        if renumbered > 20:
            logger.info(f"{compared.stream}: and {renumbered - 20} more were renumbered.")

    def _refuse_to_believe(self, seen: int, known: int) -> None:
        if seen * 2 < known and not self.tracking.allow_mass_deletes:
            raise config_error(
                f"GetConnector {self.rows.described.id}: {seen:,} rows, where the last sync knew {known:,}. Nothing is "
                "deleted. May the token's user still see all rows, and was the GetConnector's own filter, or "
                "`administrations` or `filters` here, changed? Where so much was deleted indeed, set "
                "`allow_mass_deletes` for it in `streams`, for one sync."
            )

    def _too_many(self) -> Exception:
        return config_error(
            f"GetConnector {self.rows.described.id}: more than {self.tracking.rows:,} rows, which is more than a "
            "snapshot remembers (`tracked_rows`). Narrow it with `filters`, or leave `track_changes` out and read it "
            "in full into a destination that overwrites; journal entries are tracked by `booking_days`."
        )
