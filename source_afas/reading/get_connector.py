"""A GetConnector, and how to read it.

It travels as JSON from discovery, through the manifest's template, to the components of its stream.
"""

import json
from dataclasses import asdict, dataclass

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas.errors import NotServed, traced
from source_afas.afas.metainfo import Field
from source_afas.reading.settings import Tracking


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
