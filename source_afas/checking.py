"""`check`: the settings are tried on AFAS."""

import logging
from collections.abc import Iterable

from source_afas.afas import environment
from source_afas.afas.errors import NotServed, config_error
from source_afas.afas.metainfo import AppConnector
from source_afas.components import Components
from source_afas.tracking.changed_days import described_in

MOST_REFUSED = 5
"""GetConnectors that may be refused before one gives a row."""


def check(components: Components, logger: logging.Logger) -> str:
    """Return a sentence on what was found. Raises an `AirbyteTracedException` for what is wrong."""
    config = components.config
    retriever = components.get_connectors
    app_connector = retriever.app_connector()
    refuse_settings_of_no_get_connector(components, app_connector)
    names = list(retriever.selected())
    _refuse_settings_that_do_not_fit(components, names)
    read, refused = _first_readable(components, names)
    for message in refused:
        logger.warning(message)
    sentence = (
        f'{environment.describe(config).capitalize()}, app connector "{app_connector.name}" in '
        f"{app_connector.environment}: {len(names)} GetConnectors; read one row of {read}."
    )
    if not environment.is_named(config, app_connector.environment):
        sentence += " AFAS's name for it is not the `environment` given: is `base_url` the right one?"
    logger.info(sentence)
    return sentence


def refuse_settings_of_no_get_connector(components: Components, app_connector: AppConnector) -> None:
    """Raise a configuration error if `streams` has an entry for a GetConnector that is not there."""
    opened = {name.lower() for name in app_connector.get_connectors}
    for number, entry in enumerate(components.config.get("streams") or ()):
        if entry["get_connector"].lower() not in opened:
            raise config_error(
                f"`streams[{number}].get_connector` is {entry['get_connector']}, which the app connector "
                f'"{app_connector.name}" does not open: correct the name, or add it under Algemeen > Beheer > '
                "App connector."
            )


def _refuse_settings_that_do_not_fit(components: Components, names: Iterable[str]) -> None:
    """Ask for the metainfo of the GetConnectors in `streams`; raise where a field that they name is not there."""
    with_settings = {entry["get_connector"].lower() for entry in components.config.get("streams") or ()}
    if not (chosen := [name for name in names if name.lower() in with_settings]):
        return
    retriever = components.only(chosen).get_connectors
    for get_connector in retriever.get_connectors():
        if get_connector.fault and not get_connector.fault.lasting:
            raise get_connector.fault.error()
        if get_connector.tracking and get_connector.tracking.changed_days:
            described_in(retriever, get_connector.tracking.changed_days)


def _first_readable(components: Components, names: list[str]) -> tuple[str, list[str]]:
    """Return the first GetConnector that gives rows, and what was said of those before it.

    One that is blocked or not authorised must not keep the others from being read; when the first few all are,
    something is wrong that the user should see to first.
    """
    refused: list[str] = []
    for name in names[:MOST_REFUSED]:
        try:
            for stream in components.only([name]).streams():
                partition = next(iter(stream.generate_partitions()))
                next(iter(partition.read()), None)
            return name, refused
        except NotServed as error:
            refused.append(str(error.message))
    raise config_error(refused[0])
