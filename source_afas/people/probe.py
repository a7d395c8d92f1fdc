"""`afas probe`: is this AFAS as expected? It reads a little, fact by fact, and says what holds."""

import logging
from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk.utils.airbyte_secrets_utils import get_secrets, update_secrets
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas.command import Command
from source_afas.afas.errors import config_error
from source_afas.command_line.files import file, settings_in
from source_afas.people import report
from source_afas.people.facts import FACTS, Fact
from source_afas.people.finding import Finding, fails, unseen
from source_afas.people.looking import MOST_REQUESTS, Looking, RefusedError, SpentError, UnseenError
from source_afas.source import SourceAfas


def probe(arguments: Namespace) -> None:
    """Look for all facts, show what was found, and write the report.

    Raises an `AirbyteTracedException` where AFAS does not let it look.
    """
    config = file("config", arguments.config, "a JSON object with the settings", settings_in)
    looking = _looking(config, arguments.get_connector)
    findings = dict(found(looking))
    report.show(findings, looking)
    report.write(arguments.report, findings, looking)


def _looking(config: Mapping[str, Any], names: list[str]) -> Looking:
    source = SourceAfas()
    specification = source.spec(source.logger).connectionSpecification
    update_secrets(get_secrets(specification, config))
    # What a request warns of is told as a finding.
    source.logger.setLevel(logging.ERROR)
    logging.getLogger("airbyte").setLevel(logging.ERROR)
    looking = Looking(source.components(config, Command(checking=True)))
    looking.look(_opened(looking, names))
    if not looking.tables:
        raise config_error(
            "None of the GetConnectors that were looked at has rows: name some that have, as in `afas probe --config F "
            "Profit_Transactions`, or let somebody check what the token's user may read."
        )
    return looking


def _opened(looking: Looking, names: list[str]) -> list[str]:
    """Return GetConnectors by the names that AFAS has. Raises a configuration error for one that is not open."""
    opened = {name.lower(): name for name in looking.app_connector.get_connectors}
    if unknown := [name for name in names if name.lower() not in opened]:
        raise config_error(
            f'The app connector "{looking.app_connector.name}" does not open {", ".join(unknown)}: correct the name, '
            "or add it under Algemeen > Beheer > App connector."
        )
    return [opened[name.lower()] for name in names]


def found(looking: Looking) -> Iterator[tuple[Fact, Finding]]:
    """Yield what is found of each fact."""
    for fact in FACTS:
        yield fact, _found(fact, looking)


def _found(fact: Fact, looking: Looking) -> Finding:
    if fact.probe is None:
        return unseen(fact.not_probed)
    try:
        return fact.probe(looking)
    except UnseenError as why:
        return unseen(str(why))
    except RefusedError:
        return fails(f"AFAS refuses the request (status {looking.counted.status})", status=looking.counted.status)
    except SpentError:
        return unseen(f"the {MOST_REQUESTS} requests were used up")
    except AirbyteTracedException:
        status = looking.counted.status
        return unseen(f"AFAS answered with status {status}" if status else "AFAS did not answer in time")
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return unseen("its values are of other types than expected")
