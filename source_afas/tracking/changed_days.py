"""Which booking days were touched: whatever is entered, changed or deleted in the ledger, AFAS notes the day of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.types import Config

from source_afas.afas import query
from source_afas.afas.errors import config_error
from source_afas.afas.query import Query
from source_afas.afas.values import to_the_second
from source_afas.reading.get_connector import GetConnector
from source_afas.reading.get_connectors import GetConnectorsRetriever
from source_afas.reading.order import order_of
from source_afas.reading.retriever import GetConnectorRetriever


class Forgotten(Exception):  # noqa: N818 (no error: the stream is loaded anew)
    """AFAS no longer lists changes as old as the last one that is known."""

    def __init__(self, oldest: str) -> None:
        super().__init__(oldest)
        self.oldest = oldest
        """The oldest change that AFAS lists; empty if it lists none."""


@dataclass
class ChangedDays:
    """Profit_Fin_ChangedEntrydate, or a copy of it: a row for each booking day, with the time of the last change in it.

    It names no administration, so a day is touched in all of them.
    """

    name: str
    get_connectors: GetConnectorsRetriever
    requester: HttpRequester
    config: Config

    def since(self, moment: str | None, known_until: str = "", known: Collection[str] = ()) -> dict[str, str]:
        """Return the days touched at or after a moment, with the time of their last change; None for all of them.

        The last change that is known should be among them. Where none is as old, all of them are asked for: AFAS may
        take the moment for another, or keep changes for a limited time. Raises `Forgotten` for the latter, when days
        that are known to have rows are missing.
        """
        described, day, changed = described_in(self.get_connectors, self.name)
        everything = Query(order_of(described).fields)
        if not moment or not known_until:
            all_of_them = self._touched(described, everything, day, changed)
            if known and not all_of_them:
                raise Forgotten("")
            return all_of_them
        touched = self._touched(described, everything.where(query.since(changed, moment)), day, changed)
        if any(time <= known_until for time in touched.values()):
            return touched
        all_of_them = self._touched(described, everything, day, changed)
        if not any(time <= known_until for time in all_of_them.values()) and not all_of_them.keys() >= set(known):
            raise Forgotten(min(all_of_them.values(), default=""))
        return {touched_day: time for touched_day, time in all_of_them.items() if not time or time >= moment}

    def _touched(self, described: GetConnector, wanted: Query, day: str, changed: str) -> dict[str, str]:
        rows = GetConnectorRetriever(self.config, self.requester, described.to_json(), {})
        touched: dict[str, str] = {}
        for page in rows.pages(wanted):
            for touched_day, moment in page.columns(day, changed):
                if touched_day:
                    touched[_day(touched_day)] = max(touched.get(_day(touched_day), ""), to_the_second(moment))
        return touched


def described_in(get_connectors: GetConnectorsRetriever, name: str) -> tuple[GetConnector, str, str]:
    """Return the GetConnector of changed days, and its fields: the day, and the time of the day's last change.

    Raises the fault that keeps it from being described, or a configuration error where it has no such fields.
    """
    described = get_connectors.get_connector(name)
    if described.fault:
        raise described.fault.error()
    if described.tracking:
        raise config_error(
            f"GetConnector {name} tells which booking days were changed, so it cannot be tracked itself: leave "
            "`track_changes` out for it in `streams`."
        )
    days = [name for name in described.ids_of("date") if name != described.cursor_field]
    if not described.cursor_field or len(days) != 1:
        raise config_error(
            f"GetConnector {described.id} is to tell which booking days were changed, so it must have two date fields: "
            "the booking day, and the time of its last change, which says so in its id or label (Modified, Datum "
            f"gewijzigd) or is named as its `cursor_field` in `streams`. Its fields are "
            f"{', '.join(field.id for field in described.fields)}."
        )
    return described, days[0], described.cursor_field


def _day(value: Any) -> str:
    return str(value)[:10]


def newest(touched: Mapping[str, str], began: str) -> str:
    """Return the time of the latest change that is not in the future; empty where there is none."""
    return max((moment for moment in touched.values() if moment <= began), default="")
