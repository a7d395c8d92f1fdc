"""What metainfo does not say of a GetConnector: its key, its cursor, and the field of its administration.

They come from, in this order: the user's `streams` entry; the project's catalogue of AFAS's standard GetConnectors;
for the cursor, a date field that says "modified".
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from source_afas.afas.errors import config_error
from source_afas.afas.metainfo import Field
from source_afas.reading.get_connector import Fault, GetConnector
from source_afas.reading.settings import Settings, as_set, tracking_of

_MODIFIED = re.compile(
    r"((date|datum|time|tijdstip)?(last|laatst|laatste|rowlast|regellaatst|linelast)?"
    r"(modified|changed|gewijzigd|geändert|modifié|wijziging|change)(line|row|regel)?"
    r"(date|datum|time|on|op|at|am|le)?\d*)|dateofchange|datelastchanged|lastchangedline|wijzigingsdatum"
)
"""What a field's id or label says, letters and digits only, when it holds the time of a row's last change."""

_ADMINISTRATION = re.compile(
    r"(administratie|administration|administration?sid|verwaltung|admin|adm)(id|nr|no|nummer|number|code)?|unitid|unit"
)


def describe(
    get_connector: str, description: str, fields: tuple[Field, ...], settings: Settings | None = None
) -> GetConnector:
    """Return a GetConnector with its key, cursor and administration field.

    Raises a configuration error where the user's settings name a field that is not there, or a cursor that is no date.
    """
    settings = settings or Settings()
    types = {f.id: f.data_type for f in fields}
    standard = standard_get_connectors().get(get_connector, {})
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
    standard = standard_get_connectors().get(get_connector, {})
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
    by_id = [f.id for f in dates if _MODIFIED.fullmatch(_letters(f.id))]
    by_label = [f.id for f in dates if _MODIFIED.fullmatch(_letters(f.label))]
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
            _ADMINISTRATION.fullmatch(_letters(f.id)) or _ADMINISTRATION.fullmatch(_letters(f.label))
        ):
            return f.id
    return ""


def _require(get_connector: str, setting: str, named: Iterable[str], types: Mapping[str, str]) -> None:
    if missing := [name for name in named if name not in types]:
        raise config_error(
            f"`streams` for GetConnector {get_connector}: `{setting}` names {', '.join(missing)}, which it does not "
            f"have; its fields are {', '.join(types)}."
        )


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


@cache
def standard_get_connectors() -> Mapping[str, Mapping[str, Any]]:
    """Return what is known of AFAS's standard GetConnectors, by id."""
    text = files("source_afas.reading").joinpath("standard_get_connectors.yaml").read_text(encoding="utf-8")
    catalogue: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    return {name: entry or {} for name, entry in catalogue.items()}
