"""The JSON schema of a stream, from the metainfo of its GetConnector."""

import logging
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.sources.declarative.schema.schema_loader import SchemaLoader

from source_afas.afas.metainfo import Field
from source_afas.reading.get_connector import GetConnector
from source_afas.tracking import marks

logger = logging.getLogger("airbyte")

_TYPES: Mapping[str, Mapping[str, Any]] = {
    "string": {"type": ["null", "string"]},
    "blob": {"type": ["null", "string"]},
    "int": {"type": ["null", "integer"]},
    "decimal": {"type": ["null", "number"]},
    "boolean": {"type": ["null", "boolean"]},
    # AFAS writes 2026-01-31T09:00:00Z and means nine o'clock in Amsterdam: there is no zone to speak of.
    "date": {
        "type": ["null", "string"],
        "format": "date-time",
        "airbyte_type": "timestamp_without_timezone",
    },
}


@dataclass
class GetConnectorSchemaLoader(SchemaLoader):
    """Makes the stream's schema of the metainfo that discovery put into the stream.

    The CDK's `DynamicSchemaLoader` would ask for every GetConnector one after the other, knows no labels, and fails the
    whole source on a data type that it does not know.
    """

    get_connector: str
    """A `GetConnector` as JSON."""
    parameters: InitVar[Mapping[str, Any]]

    def get_json_schema(self) -> Mapping[str, Any]:
        """Return the schema: a column for each field, all of them nullable."""
        return json_schema(GetConnector.from_json(self.get_connector))


def json_schema(get_connector: GetConnector) -> dict[str, Any]:
    """Return the JSON schema of a GetConnector's rows. An unknown data type is read as text, with a warning."""
    properties = {field.id: _column(get_connector.id, field) for field in get_connector.fields}
    if get_connector.tracking:
        key = {name: properties[name] for name in get_connector.primary_key if name in properties}
        properties |= marks.columns(get_connector.tracking, key)
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": True,
        "properties": properties,
    }
    if get_connector.description and get_connector.description != get_connector.id:
        schema["description"] = get_connector.description
    return schema


def _column(get_connector: str, field: Field) -> dict[str, Any]:
    if field.data_type not in _TYPES:
        logger.warning(
            f"{get_connector}.{field.id}: AFAS's data type {field.data_type!r} is new to this source and is read as "
            "text."
        )
    column = dict(_TYPES.get(field.data_type, _TYPES["string"]))
    if field.label:
        column["title"] = field.label
    if description := _description(field):
        column["description"] = description
    return column


def _description(field: Field) -> str:
    said = []
    if field.data_type == "string" and field.length:
        said.append(f"At most {field.length} characters.")
    if field.data_type == "decimal" and field.decimals is not None:
        said.append(f"Up to {field.decimals} decimals.")
    if field.values:
        said.append("Values: " + "; ".join(f"{code} = {text}" for code, text in field.values) + ".")
    return " ".join(said)
