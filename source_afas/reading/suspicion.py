"""What looks wrong in a page though AFAS says nothing: warned of, and read all the same."""

from collections import Counter
from collections.abc import Iterator

from source_afas.afas.page import Page
from source_afas.reading.get_connector import GetConnector

REPLACED = ("(vervangen)", "(replaced)")
"""What AFAS puts into a field of a GetConnector whose own source is gone."""


def of(get_connector: GetConnector, page: Page) -> Iterator[str]:
    """Yield what looks wrong in a page of a GetConnector, a sentence each."""
    if not page:
        return
    if any(text.encode() in page.texts[0] for text in REPLACED):
        rows = page.exact()
        fields = [f.id for f in get_connector.fields if all(row.get(f.id) in REPLACED for row in rows)]
        if fields:
            yield (
                f'{_names(fields)} hold "(vervangen)" in every row: the field is gone from AFAS. Take it out of the '
                "GetConnector, or replace it."
            )
    described = {field.id for field in get_connector.fields}
    if described and (unknown := [name for name in page[0] if name not in described]):
        yield (
            f"rows have fields that AFAS's description of the GetConnector does not: {_names(unknown)}. They are "
            "passed on; refresh the schema to see them as columns."
        )
    if key := get_connector.primary_key:
        keys = page.columns(*key)
        if (doubled := len(keys) - len(set(keys))) > 0:
            example = next(values for values, times in Counter(keys).items() if times > 1)
            yield (
                f"the key {', '.join(key)} is not unique: {doubled:,} of {len(page):,} rows repeat another row's key, "
                f"{', '.join(f'{name} {value}' for name, value in zip(key, example, strict=True))} for one, of which a "
                "destination that deduplicates keeps one. Name a `primary_key` in `streams` that is different in each "
                "row."
            )


def _names(fields: list[str]) -> str:
    return ", ".join(fields[:5]) + (f" and {len(fields) - 5} more" if len(fields) > 5 else "")
