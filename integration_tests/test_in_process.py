"""The source held as an object, as some hosts do: ordinary messages, the same rows."""

import logging
from decimal import Decimal

from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, Status, Type
from airbyte_cdk.test import entrypoint_wrapper

from source_afas import SourceAfas

LOGGER = logging.getLogger("airbyte")


def catalog(source_afas, *names):
    offered = source_afas.discover().streams
    return ConfiguredAirbyteCatalogSerializer.load(
        {
            "streams": [
                {"stream": offered[name], "sync_mode": "full_refresh", "destination_sync_mode": "append"}
                for name in names
            ]
        }
    )


def test_a_source_that_is_told_its_configuration_late(sandbox, source_afas):
    source, configured = SourceAfas(), catalog(source_afas, "Profit_Transactions")

    status = source.check(LOGGER, source_afas.config)
    messages = list(source.read(LOGGER, source_afas.config, configured, []))

    assert status.status is Status.SUCCEEDED
    rows = [message.record.data for message in messages if message.type is Type.RECORD]
    assert len(rows) == len(sandbox.rows("Profit_Transactions"))
    assert isinstance(rows[0]["AmtDebit"], int | Decimal)


def test_the_cdks_own_entrypoint_writes_the_same_lines(source_afas):
    configured = catalog(source_afas, "Profit_Transactions")
    source = SourceAfas(configured, source_afas.config, [])

    in_process = entrypoint_wrapper.read(source, source_afas.config, configured)

    alone = source_afas.read("Profit_Transactions").rows("Profit_Transactions")
    assert [message.record.data for message in in_process.records] == [
        {k: float(v) if isinstance(v, Decimal) else v for k, v in row.items()} for row in alone
    ]
