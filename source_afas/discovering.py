"""`discover`: every GetConnector as a stream."""

from airbyte_cdk.models import AirbyteCatalog

from source_afas.checking import refuse_settings_of_no_get_connector
from source_afas.components import Components


def discover(components: Components) -> AirbyteCatalog:
    """Return the catalogue. Raises the fault of a GetConnector that cannot be described rather than leave it out."""
    refuse_settings_of_no_get_connector(components, components.get_connectors.app_connector())
    for get_connector in components.described():
        if get_connector.fault and not get_connector.fault.lasting:
            raise get_connector.fault.error()
    return AirbyteCatalog(streams=[stream.as_airbyte_stream() for stream in components.streams()])
