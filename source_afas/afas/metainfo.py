"""Metainfo: what AFAS says of an app connector and of a GetConnector."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from source_afas.afas.exact_json import json_object


@dataclass(frozen=True)
class AppConnector:
    """What /metainfo says: whom the token belongs to, and which GetConnectors it opens."""

    name: str
    environment: str
    token_expiry: str
    """`0` when the token does not expire."""
    get_connectors: Mapping[str, str]
    """Descriptions by id, in AFAS's order."""


@dataclass(frozen=True)
class Field:
    """A field of a GetConnector, as metainfo has it."""

    id: str
    data_type: str
    """AFAS's `dataType`: string, int, decimal, boolean, date or blob."""
    label: str = ""
    length: int | None = None
    decimals: int | None = None
    values: tuple[tuple[str, str], ...] = ()
    """The code table of a field that has one: code and description."""


def read_app_connector(body: bytes) -> AppConnector:
    """Return what the body of an answer to /metainfo says. Raises `ValueError` if it is anything else."""
    answer = json_object(body)
    listed, info = answer.get("getConnectors"), answer.get("info")
    if not isinstance(listed, list) or not all(isinstance(entry, dict) and entry.get("id") for entry in listed):
        raise ValueError("no list of GetConnectors")
    info = info if isinstance(info, dict) else {}
    return AppConnector(
        name=str(info.get("appName") or ""),
        environment=str(info.get("envid") or ""),
        token_expiry=str(info.get("tokenExpiry") or "0"),
        get_connectors={str(entry["id"]): str(entry.get("description") or "") for entry in listed},
    )


def read_metainfo(body: bytes) -> tuple[str, tuple[Field, ...]]:
    """Return the description and the fields in the body of an answer to /metainfo/get/{id}.

    Raises `ValueError` if it is anything else.
    """
    answer = json_object(body)
    return str(answer.get("description") or ""), read_fields(answer)


def read_fields(metainfo: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return the fields of an answer to /metainfo/get/{id}.

    Raises `ValueError` where the answer is no metainfo. Code values come as `values` with `id` and `description`
    (inferred from UpdateConnectors: no public sample of a GetConnector's exists), so what differs is passed over.
    """
    entries = metainfo.get("fields")
    if not isinstance(entries, list) or not all(isinstance(e, dict) and e.get("id") for e in entries):
        raise ValueError("metainfo without fields")
    return tuple({str(e["id"]): _field(e) for e in entries}.values())


def _field(entry: Mapping[str, Any]) -> Field:
    values = entry.get("values")
    return Field(
        id=str(entry["id"]),
        data_type=str(entry.get("dataType")),
        label=str(entry.get("label") or ""),
        length=entry["length"] if isinstance(entry.get("length"), int) else None,
        decimals=entry["decimals"] if isinstance(entry.get("decimals"), int) else None,
        values=tuple(
            (str(v.get("id")), str(v.get("description")))
            for v in (values if isinstance(values, list) else ())
            if isinstance(v, dict) and v.get("id") is not None
        ),
    )
