"""What the user set for one GetConnector: its `streams` entry, and how its deleted and renumbered rows are found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from source_afas.afas.errors import config_error

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


@dataclass(frozen=True)
class Settings:
    """The user's `streams` entry for one GetConnector."""

    primary_key: tuple[str, ...] | None = None
    cursor_field: str | None = None
    """None: left to this source; empty: no cursor."""
    filters: tuple[Mapping[str, Any], ...] = field(default=())
    entry: Mapping[str, Any] = field(default_factory=dict)
    """The whole entry, for what `tracking` reads in it."""

    @staticmethod
    def of(config: Mapping[str, Any], get_connector: str) -> "Settings":
        """Return the settings for a GetConnector; the empty ones where the user gave none."""
        for entry in config.get("streams") or ():
            if entry["get_connector"].lower() == get_connector.lower():
                key = entry.get("primary_key")
                return Settings(
                    tuple(key) if key is not None else None,
                    entry.get("cursor_field"),
                    tuple(entry.get("filters") or ()),
                    entry,
                )
        return Settings()


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
