"""Metainfo: what AFAS says about a GetConnector, and how this source reads it.

AFAS tells a GetConnector's fields, not its key and not when a row changed. Those come from, in this order: the user's
`streams` entry; the project's catalogue of AFAS's standard GetConnectors; for the cursor, a date field that says
"modified". A `GetConnector` is the result, and travels as JSON from discovery to the components of its stream.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.errors import NotServed, config_error, traced
from source_afas.tracking import Tracking, as_set, tracking_of

_MODIFIED = re.compile(
    r"((date|datum|time|tijdstip)?(last|laatst|laatste|rowlast|regellaatst|linelast)?"
    r"(modified|changed|gewijzigd|geändert|modifié|wijziging|change)(line|row|regel)?"
    r"(date|datum|time|on|op|at|am|le)?\d*)|dateofchange|datelastchanged|lastchangedline|wijzigingsdatum"
)
"""What a field's id or label says, letters and digits only, when it holds the time of a row's last change."""

_ADMINISTRATION = re.compile(
    r"(administratie|administration|administration?sid|verwaltung|admin|adm)(id|nr|no|nummer|number|code)?|unitid|unit"
)


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


@dataclass(frozen=True)
class Fault:
    """Why a GetConnector's metainfo could not be had."""

    message: str
    failure_type: FailureType
    lasting: bool
    """True for a GetConnector that is blocked or not authorised: it stays in the catalogue, and fails its own stream.
    What passes, or is a mistake in the settings, fails discovery."""

    def error(self) -> AirbyteTracedException:
        """Return the fault as the error that fails a stream."""
        if self.lasting:
            return NotServed(self.message, self.message, self.failure_type)
        return traced(self.message, self.failure_type)


@dataclass(frozen=True)
class GetConnector:
    """A GetConnector and how to read it."""

    id: str
    description: str = ""
    fields: tuple[Field, ...] = ()
    primary_key: tuple[str, ...] = ()
    cursor_field: str = ""
    """The date field that holds the time of a row's last change; empty where there is none."""
    administration_field: str = ""
    """The field that holds the administration's number; empty where there is none."""
    tracking: Tracking | None = None
    """How the stream finds out what AFAS does not signal; such a stream has no cursor of AFAS's."""
    fault: Fault | None = None

    @property
    def window_field(self) -> str:
        """The date field by which an incremental stream is cut into windows; empty where there is none."""
        return self.tracking.entry_date_field if self.tracking else self.cursor_field

    def ids_of(self, *data_types: str) -> list[str]:
        """Return the ids of the fields that have one of the data types, in the definition's order."""
        return [field.id for field in self.fields if field.data_type in data_types]

    def data_type(self, field_id: str) -> str | None:
        """Return a field's data type, None where the GetConnector has no such field."""
        return next((field.data_type for field in self.fields if field.id == field_id), None)

    def to_json(self) -> str:
        """Return the GetConnector as one line of text, for the manifest's template."""
        return json.dumps(asdict(self), ensure_ascii=False, default=lambda failure_type: failure_type.value)

    @staticmethod
    def from_json(text: str) -> "GetConnector":
        """Return the GetConnector that `to_json` wrote."""
        values = json.loads(text)
        values["fields"] = tuple(
            Field(**{**f, "values": tuple((code, ds) for code, ds in f["values"])}) for f in values["fields"]
        )
        values["primary_key"] = tuple(values["primary_key"])
        if tracking := values["tracking"]:
            values["tracking"] = Tracking(**tracking)
        if fault := values["fault"]:
            values["fault"] = Fault(**{**fault, "failure_type": FailureType(fault["failure_type"])})
        return GetConnector(**values)


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


def describe(
    get_connector: str, description: str, fields: tuple[Field, ...], settings: Settings | None = None
) -> GetConnector:
    """Return a GetConnector with its key, cursor and administration field.

    Raises a configuration error where the user's settings name a field that is not there, or a cursor that is no date.
    """
    settings = settings or Settings()
    types = {f.id: f.data_type for f in fields}
    standard = _standard_get_connectors().get(get_connector, {})
    key = _primary_key(get_connector, types, settings, standard)
    tracking = tracking_of(get_connector, types, key, settings.entry, standard)
    return GetConnector(
        id=get_connector,
        description=description,
        fields=fields,
        primary_key=key,
        cursor_field="" if tracking else _cursor_field(get_connector, fields, types, settings, standard),
        administration_field=_administration_field(fields, types, standard),
        tracking=tracking,
    )


def unknown(get_connector: str, description: str, settings: Settings, fault: Fault) -> GetConnector:
    """Return a GetConnector whose metainfo cannot be had: no fields, key and cursor as far as known without."""
    standard = _standard_get_connectors().get(get_connector, {})
    key, cursor, tracking = settings.primary_key, settings.cursor_field, as_set(settings.entry, standard)
    return GetConnector(
        id=get_connector,
        description=description,
        primary_key=tuple(standard.get("primary_key", ())) if key is None else key,
        cursor_field="" if tracking else str(standard.get("cursor_field", "")) if cursor is None else cursor,
        tracking=tracking,
        fault=fault,
    )


def _primary_key(
    get_connector: str, types: Mapping[str, str], settings: Settings, standard: Mapping[str, Any]
) -> tuple[str, ...]:
    if settings.primary_key is not None:
        _require(get_connector, "primary_key", settings.primary_key, types)
        return settings.primary_key
    key = tuple(standard.get("primary_key", ()))
    return key if all(part in types for part in key) else ()


def _cursor_field(
    get_connector: str,
    fields: Iterable[Field],
    types: Mapping[str, str],
    settings: Settings,
    standard: Mapping[str, Any],
) -> str:
    if settings.cursor_field is not None:
        if settings.cursor_field:
            _require(get_connector, "cursor_field", (settings.cursor_field,), types)
            if types[settings.cursor_field] != "date":
                raise config_error(
                    f"`streams` for GetConnector {get_connector}: `cursor_field` must be a date field; "
                    f"{settings.cursor_field} is {types[settings.cursor_field]}."
                )
        return settings.cursor_field
    named = standard.get("cursor_field")
    if named == "" or types.get(str(named)) == "date":
        return str(named)
    dates = [f for f in fields if f.data_type == "date"]
    by_id = [f.id for f in dates if _MODIFIED.fullmatch(_plain(f.id))]
    by_label = [f.id for f in dates if _MODIFIED.fullmatch(_plain(f.label))]
    # Where tables are joined, each may bring the time of its own last change: no single one of them tells of every
    # change of the row, so the choice is the user's.
    candidates = list(dict.fromkeys(by_id + by_label))
    return candidates[0] if len(candidates) == 1 else ""


def _administration_field(fields: Iterable[Field], types: Mapping[str, str], standard: Mapping[str, Any]) -> str:
    named = str(standard.get("administration_field", ""))
    if types.get(named) == "int":
        return named
    for f in fields:
        if f.data_type == "int" and (
            _ADMINISTRATION.fullmatch(_plain(f.id)) or _ADMINISTRATION.fullmatch(_plain(f.label))
        ):
            return f.id
    return ""


def _require(get_connector: str, setting: str, named: Iterable[str], types: Mapping[str, str]) -> None:
    if missing := [name for name in named if name not in types]:
        raise config_error(
            f"`streams` for GetConnector {get_connector}: `{setting}` names {', '.join(missing)}, which it does not "
            f"have; its fields are {', '.join(types)}."
        )


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


@cache
def _standard_get_connectors() -> Mapping[str, Mapping[str, Any]]:
    text = files("source_afas").joinpath("standard_get_connectors.yaml").read_text(encoding="utf-8")
    catalogue: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    return {name: entry or {} for name, entry in catalogue.items()}
