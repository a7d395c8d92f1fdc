"""AFAS in memory: one GetConnector, whose rows are filtered, sorted and cut as AFAS does it, behind a real request."""

import json
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from source_afas.afas import connections
from source_afas.afas.metainfo import Field
from source_afas.reading.get_connector import GetConnector
from source_afas.reading.retriever import GetConnectorRetriever

Row = Mapping[str, Any]

COMPARISONS: Mapping[int, Callable[[Any, Any], bool]] = {
    1: lambda value, given: value == given,
    2: lambda value, given: value >= given,
    3: lambda value, given: value <= given,
    4: lambda value, given: value > given,
    5: lambda value, given: value < given,
}


class AfasInMemory(requests.adapters.BaseAdapter):
    """Answers requests for rows; texts compare without regard to case, and what is empty comes first."""

    def __init__(self, rows: Sequence[Row], **types: str) -> None:
        super().__init__()
        self.rows, self.types = [dict(row) for row in rows], types
        self.asked: list[dict[str, str]] = []
        """The queries so far, oldest first."""

    def retriever(self, *key: str, page_size: int, **settings: Any) -> GetConnectorRetriever:
        """Return what reads the rows by a key, a few of them at a time."""
        described = GetConnector("Tabel", fields=tuple(Field(*f) for f in self.types.items()), primary_key=key)
        config = {"base_url": "https://12345.rest.afas.online", "page_size": page_size, **settings}
        requester = SimpleNamespace(
            config=config,
            get_url=lambda: config["base_url"],
            get_request_headers=dict,
            get_authenticator=lambda: SimpleNamespace(get_auth_header=dict),
        )
        return GetConnectorRetriever(config, requester, described.to_json(), {})  # type: ignore[arg-type]

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query, True).items()}
        self.asked.append(asked)
        skip, take = int(asked["skip"]), int(asked["take"])
        fields = asked["orderbyfieldids"].split(",")
        found = sorted(filter(self._wanted(asked), self.rows), key=lambda row: [self._sorted(row[f]) for f in fields])
        response = requests.Response()
        response.status_code, response.url, response.request = 200, str(request.url), request
        page = {"skip": skip, "take": take, "rows": self._page(found, skip, take)}
        response._content = json.dumps(page, separators=(",", ":")).encode()
        return response

    def close(self) -> None:
        """Do nothing."""

    @staticmethod
    def _page(found: list[Any], skip: int, take: int) -> list[Any]:
        return found[skip : skip + take]

    @staticmethod
    def _sorted(value: Any) -> tuple[bool, Any]:
        return value is not None, value.casefold() if isinstance(value, str) else value or 0

    def _wanted(self, asked: Mapping[str, str]) -> Callable[[Row], bool]:
        if text := asked.get("filterjson"):
            groups = [
                [(c["@FieldId"], c.get("#text", ""), int(c["@OperatorType"])) for c in group["Field"]]
                for group in json.loads(text)["Filters"]["Filter"]
            ]
        else:
            lists = [asked.get(name, "") for name in ("filterfieldids", "filtervalues", "operatortypes")]
            parts = zip(*([group.split(",") for group in text.split(";")] for text in lists), strict=True)
            groups = [[(f, v, int(o)) for f, v, o in zip(*part, strict=True)] for part in parts] if any(lists) else []
        return lambda row: not groups or any(all(self._holds(row, *c) for c in group) for group in groups)

    def _holds(self, row: Row, field: str, text: str, operator: int) -> bool:
        value = row[field]
        if operator in (8, 9):
            return (value is None) is (operator == 8)
        if value is None:
            return False
        given = {"int": int, "decimal": float}.get(self.types[field], str.casefold)(text)
        return COMPARISONS[operator](value.casefold() if isinstance(value, str) else value, given)


def serving(afas: AfasInMemory, monkeypatch: Any) -> AfasInMemory:
    """Have all requests of this process go to an AFAS in memory."""
    session = requests.Session()
    session.mount("https://", afas)
    monkeypatch.setattr(connections, "SESSION", session)
    return afas
