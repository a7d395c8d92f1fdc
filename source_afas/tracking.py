"""Which streams track what AFAS does not signal, rows that were deleted or renumbered, and how they say so.

A deleted row is told as Airbyte's sources of database logs do: a record with its key and `_ab_cdc_deleted_at`, which a
destination that deduplicates turns into a delete. What decides between two versions of a row is `_ab_cdc_updated_at`:
the time of the sync that read it, for a deleted row has no time of change left.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from source_afas.errors import config_error

UPDATED_AT = "_ab_cdc_updated_at"
DELETED_AT = "_ab_cdc_deleted_at"
READ_AT = "_afas_read_at"
RENUMBERED_FROM = "_afas_renumbered_from"

SNAPSHOT = "snapshot"
BOOKING_DAYS = "booking_days"

TRACKED_ROWS: Mapping[str, int] = {SNAPSHOT: 100_000, BOOKING_DAYS: 200_000}
"""Rows that a state remembers, unless `tracked_rows` says otherwise."""

CHANGED_DAYS = "Profit_Fin_ChangedEntrydate"
"""AFAS's standard GetConnector of the booking days in which anything was entered, changed or deleted."""


@dataclass(frozen=True)
class Tracking:
    """How a stream finds out what AFAS does not signal."""

    changes: str
    """SNAPSHOT: all rows are read and compared with the last sync's. BOOKING_DAYS: touched days are read whole."""
    rows: int
    """Rows that the state may remember."""
    allow_mass_deletes: bool = False
    entry_date_field: str = ""
    """The field with the booking day, for BOOKING_DAYS."""
    changed_days: str = ""
    """The GetConnector that says which days were touched, for BOOKING_DAYS."""


def tracking_of(
    get_connector: str,
    types: Mapping[str, str],
    key: Iterable[str],
    entry: Mapping[str, Any],
    standard: Mapping[str, Any],
) -> Tracking | None:
    """Return what a user's `streams` entry says of tracking; None where it says nothing.

    Raises a configuration error for a GetConnector that cannot be tracked so.
    """
    tracking = as_set(entry, standard)
    if tracking is None:
        return None
    where = f"`streams` for GetConnector {get_connector}"
    if tracking.changes == SNAPSHOT and not list(key):
        raise config_error(
            f"{where}: `track_changes` is snapshot, which compares rows by their key, and no key is known: name it as "
            "`primary_key`."
        )
    if tracking.changes == BOOKING_DAYS and types.get(tracking.entry_date_field) != "date":
        dates = ", ".join(name for name, data_type in types.items() if data_type == "date") or "none"
        raise config_error(
            f"{where}: `track_changes` is booking_days, and `entry_date_field` must name the date field with the "
            f"booking day; its date fields are {dates}."
        )
    return tracking


def as_set(entry: Mapping[str, Any], standard: Mapping[str, Any]) -> Tracking | None:
    """Return the tracking that a `streams` entry asks for, whatever fields there are."""
    if not (changes := entry.get("track_changes")):
        return None
    by_days = changes == BOOKING_DAYS
    return Tracking(
        changes=str(changes),
        rows=int(entry.get("tracked_rows") or TRACKED_ROWS[changes]),
        allow_mass_deletes=bool(entry.get("allow_mass_deletes")),
        entry_date_field=str(entry.get("entry_date_field") or standard.get("entry_date_field", "")) if by_days else "",
        changed_days=str(entry.get("changed_days_get_connector") or CHANGED_DAYS) if by_days else "",
    )


def read_at(last: Any = None) -> str:
    """Return the time of this sync, later than that of the last one, whatever this machine's clock says."""
    now = datetime.now(timezone.utc)
    try:
        before = datetime.fromisoformat(str(last).replace("Z", "+00:00"))
        now = max(now, before.astimezone(timezone.utc) + timedelta(microseconds=1)) if before.tzinfo else now
    except (ValueError, OverflowError):
        pass
    return now.isoformat(timespec="microseconds").replace("+00:00", "Z")


def marks(tracking: Tracking, moment: str) -> dict[str, Any]:
    """Return what a row that was read at a moment says beside its own fields."""
    if tracking.changes == BOOKING_DAYS:
        return {READ_AT: moment, UPDATED_AT: moment, DELETED_AT: None}
    return {UPDATED_AT: moment, DELETED_AT: None, RENUMBERED_FROM: None}


def deletion(tracking: Tracking, key: Mapping[str, Any], moment: str) -> dict[str, Any]:
    """Return the record for a row that was found to be gone at a moment."""
    read = {READ_AT: moment} if tracking.changes == BOOKING_DAYS else {}
    return {**key, **read, UPDATED_AT: moment, DELETED_AT: moment}


def columns(tracking: Tracking, key: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of what `marks` and `deletion` say; `key` holds the columns of the stream's key."""
    moment = {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_with_timezone"}
    added = {
        UPDATED_AT: {**moment, "description": "When the sync began that read this row, or that found it gone."},
        DELETED_AT: {**moment, "description": "When the sync began that found this row gone; empty while it is there."},
    }
    if tracking.changes == BOOKING_DAYS:
        return {READ_AT: {**moment, "description": "When the sync began that read this row's booking day."}, **added}
    renumbered = {
        "type": ["null", "object"],
        "description": "The key under which this row stood until this sync, where it was renumbered.",
        "additionalProperties": True,
        "properties": dict(key),
    }
    return {**added, RENUMBERED_FROM: renumbered}
