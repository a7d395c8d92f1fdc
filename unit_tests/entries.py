"""A GetConnector with a field of each kind, for tests of orders and queries."""

from source_afas.metainfo import Field, GetConnector

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
