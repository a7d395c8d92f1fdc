"""What a destination makes of a sync's records."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

MARKS = ("_ab_cdc_updated_at", "_ab_cdc_deleted_at", "_afas_read_at", "_afas_renumbered_from")


class Destination:
    """A table that deduplicates by key: the latest `_ab_cdc_updated_at` stays, `_ab_cdc_deleted_at` deletes."""

    def __init__(self, *key: str) -> None:
        self.key = key
        self._versions: dict[str, Mapping[str, Any]] = {}

    def apply(self, records: Iterable[Mapping[str, Any]]) -> None:
        for record in records:
            key = json.dumps([record[name] for name in self.key])
            if key not in self._versions or self._versions[key]["_ab_cdc_updated_at"] <= record["_ab_cdc_updated_at"]:
                self._versions[key] = record

    @property
    def rows(self) -> list[dict[str, Any]]:
        kept = [record for record in self._versions.values() if not record.get("_ab_cdc_deleted_at")]
        return self.in_order({name: value for name, value in row.items() if name not in MARKS} for row in kept)

    def in_order(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return rows in the order of the key, to compare two tables by."""
        return sorted(map(dict, rows), key=lambda row: [str(row[name]) for name in self.key])
