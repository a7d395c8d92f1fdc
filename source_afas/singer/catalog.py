"""Airbyte's catalogue in Singer's words, and what a user chose of it in Airbyte's.

A Singer catalog holds for each stream a schema, a key and `metadata`: a list of notes, one on the stream (its
breadcrumb is empty) and one on each field. Users, or Meltano for them, mark there what they want: `selected` on a
stream or a field, `replication-method` on a stream.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteStream,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)

from source_afas.tracking.marks import DELETED_AT

FULL_TABLE = "FULL_TABLE"
INCREMENTAL = "INCREMENTAL"


@dataclass(frozen=True)
class Selected:
    """A stream that is to be read."""

    name: str
    schema: Mapping[str, Any]
    """Of its selected fields."""
    key: tuple[str, ...]
    cursor: str | None
    full_table: bool
    numbers_as_text: frozenset[str]
    """Numbers that the schema, as the user changed it, wants as text: for a loader that would make floats of them."""

    @property
    def fields(self) -> set[str]:
        """The names of its selected fields."""
        return set(self.schema["properties"])

    def configured(self) -> ConfiguredAirbyteStream:
        """Return the stream as the source wants to be told of it."""
        modes = [SyncMode.full_refresh, *([SyncMode.incremental] if self.cursor else [])]
        return ConfiguredAirbyteStream(
            stream=AirbyteStream(name=self.name, json_schema={}, supported_sync_modes=modes),
            sync_mode=SyncMode.full_refresh if self.full_table else SyncMode.incremental,
            destination_sync_mode=DestinationSyncMode.append,
        )


def configured(streams: list[Selected]) -> ConfiguredAirbyteCatalog:
    """Return Airbyte's catalogue of the streams that are to be read."""
    return ConfiguredAirbyteCatalog(streams=[stream.configured() for stream in streams])


def to_singer(catalog: AirbyteCatalog) -> dict[str, Any]:
    """Return the Singer catalog of what was discovered."""
    return {"streams": [_entry(stream) for stream in catalog.streams]}


def _entry(stream: AirbyteStream) -> dict[str, Any]:
    schema = _schema(stream.json_schema)
    # A GetConnector that AFAS refuses to describe has no fields, whatever is known of its key.
    key = [field for (field,) in stream.source_defined_primary_key or [] if field in schema["properties"]]
    cursor = stream.default_cursor_field[0] if stream.default_cursor_field else None
    of_stream: dict[str, Any] = {"inclusion": "available", "selected-by-default": True, "table-key-properties": key}
    if cursor:
        of_stream |= {"valid-replication-keys": [cursor], "replication-key": cursor, "replication-method": INCREMENTAL}
    else:
        of_stream |= {"forced-replication-method": FULL_TABLE}
    return {
        "tap_stream_id": stream.name,
        "stream": stream.name,
        "schema": schema,
        "key_properties": key,
        "metadata": [
            {"breadcrumb": [], "metadata": of_stream},
            *(
                {
                    "breadcrumb": ["properties", field],
                    "metadata": {
                        "inclusion": "automatic" if field in (*key, cursor, DELETED_AT) else "available",
                        _KIND: next(kind for kind in column["type"] if kind != "null"),
                    },
                }
                for field, column in schema["properties"].items()
            ),
        ],
    }


_KIND = "sql-datatype"
"""Singer's name for what kind of field it is in its source. The schema tells, too, until a user changes it."""


def _schema(json_schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stream's schema without what is Airbyte's own."""
    columns = {
        name: {word: value for word, value in column.items() if word != "airbyte_type"}
        for name, column in json_schema["properties"].items()
    }
    return {"type": "object", "properties": columns}


def selected(catalog: Mapping[str, Any]) -> list[Selected]:
    """Return the streams of a Singer catalog that are to be read. Raises where it is none."""
    return [_selected(entry) for entry in catalog["streams"] if _is_selected(_notes(entry).get((), {}), entry)]


def _notes(entry: Mapping[str, Any]) -> dict[tuple[str, ...], Mapping[str, Any]]:
    return {tuple(note["breadcrumb"]): note["metadata"] for note in entry.get("metadata") or ()}


def _is_selected(note: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether a stream or field is selected; before there was metadata, users marked the schema."""
    marks = (note.get("selected"), entry.get("schema", entry).get("selected"), note.get("selected-by-default"))
    return bool(next((mark for mark in marks if mark is not None), True))


def _selected(entry: Mapping[str, Any]) -> Selected:
    notes = _notes(entry)
    note = notes.get((), {})
    key = tuple(entry.get("key_properties") or note.get("table-key-properties") or ())
    offered = note.get("valid-replication-keys") or [note.get("replication-key") or entry.get("replication_key")]
    method = note.get("replication-method") or entry.get("replication_method") or note.get("forced-replication-method")
    columns = {
        name: column
        for name, column in entry["schema"].get("properties", {}).items()
        if name in (*key, *offered, DELETED_AT) or _is_selected(notes.get(("properties", name), {}), column)
    }
    return Selected(
        name=entry["tap_stream_id"],
        schema={"type": "object", "properties": columns},
        key=key,
        cursor=offered[0],
        full_table=method == FULL_TABLE or not offered[0],
        numbers_as_text=frozenset(
            name
            for name, column in columns.items()
            if "string" in column["type"] and notes.get(("properties", name), {}).get(_KIND) in ("number", "integer")
        ),
    )
