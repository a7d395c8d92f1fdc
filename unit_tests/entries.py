"""A GetConnector with a field of each kind, for tests of orders and queries."""

from source_afas.afas.metainfo import Field
from source_afas.reading.get_connector import GetConnector

ENTRIES = GetConnector(
    id="Grootboekmutaties",
    fields=(
        Field("UnitId", "int"),
        Field("Omschrijving", "string"),
        Field("Bedrag", "decimal"),
        Field("Bedrag.valuta", "decimal"),
        Field("Datum", "date"),
        Field("Verwerkt", "boolean"),
        Field("Opmerking", "blob"),
    ),
)
