"""What AFAS tells about an app connector and about the fields of a GetConnector."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from afas_sandbox.definition import Field, GetConnector

UPDATE_CONNECTORS = (("FiEntries", "Financiële mutaties", "Financial entries"),)
"""Listed beside the GetConnectors, as AFAS does; the sandbox serves none."""


def of_app_connector(get_connectors: Iterable[GetConnector], environment: str, language: str) -> dict[str, Any]:
    """Return `/metainfo`: what the app connector opens [OAS, official].

    A standard GetConnector's description here is its name [OAS, official]; own ones have a text [our guess].
    """
    return {
        "updateConnectors": [
            {"id": name, "description": english if language == "en" else dutch}
            for name, dutch, english in UPDATE_CONNECTORS
        ],
        "getConnectors": [
            {"id": each.id, "description": each.id if each.standard else each.description.in_language(language)}
            for each in get_connectors
        ],
        "info": {
            "envid": environment,
            "appName": "Sandbox",
            "group": f"Sandbox ({environment[1:6]}.SANDBOX)",
            "tokenExpiry": "0",
        },
    }


def of_get_connector(get_connector: GetConnector, language: str) -> dict[str, Any]:
    """Return `/metainfo/get/{id}`: the fields in the order of the definition [OAS, official]."""
    return {
        "name": get_connector.id,
        "description": get_connector.description.in_language(language),
        "fields": [_field(each, language) for each in get_connector.fields],
    }


def _field(field: Field, language: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": field.id,
        "fieldId": field.field_id,
        "dataType": field.data_type,
        "label": field.label.in_language(language),
        "length": field.length,
        "controlType": field.control_type,
        "decimals": field.decimals,
        "decimalsFieldId": "",
    }
    if field.values:
        # That code values come along is official; their shape is that of the UpdateConnectors [our guess].
        facts["values"] = [
            {"id": value.id, "description": value.description.in_language(language)} for value in field.values
        ]
    return facts
