"""What is read of what was discovered."""

from collections.abc import Mapping
from typing import Any


def configured(catalog: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configured catalogue of all streams, by name, incrementally where that can be."""
    return {
        "streams": [
            {
                "stream": stream,
                "sync_mode": "incremental" if incremental(stream) else "full_refresh",
                "destination_sync_mode": "append_dedup" if incremental(stream) else "overwrite",
            }
            for stream in catalog.values()
        ]
    }


def incremental(stream: Mapping[str, Any]) -> bool:
    """Tell whether a stream is read incrementally: the rows that come again must have a key to be known by."""
    return "incremental" in stream["supported_sync_modes"] and bool(stream.get("source_defined_primary_key"))
