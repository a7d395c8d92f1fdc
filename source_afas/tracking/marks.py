"""How a stream reports rows that were deleted or renumbered: the columns that it adds to AFAS's own.

A deleted row is told as Airbyte's sources of database logs do: a record with its key and `_ab_cdc_deleted_at`, which a
destination that deduplicates turns into a delete. What decides between two versions of a row is `_ab_cdc_updated_at`:
the time of the sync that read it, for a deleted row has no time of change left.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from source_afas.reading.settings import BOOKING_DAYS, Tracking

UPDATED_AT = "_ab_cdc_updated_at"
DELETED_AT = "_ab_cdc_deleted_at"
READ_AT = "_afas_read_at"
RENUMBERED_FROM = "_afas_renumbered_from"


def read_at(last: Any = None) -> str:
    """Return the time of this sync, later than that of the last one, whatever this machine's clock says."""
    now = datetime.now(timezone.utc)
    try:
        last_sync = datetime.fromisoformat(str(last).replace("Z", "+00:00"))
        if last_sync.tzinfo:
            now = max(now, last_sync.astimezone(timezone.utc) + timedelta(microseconds=1))
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
