"""What the source needs of the CDK, and what it leaves to it."""

import subprocess
import sys
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import pytest
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type

from source_afas import cdk

ROOT = Path(__file__).parents[1]
MEMBERS = [f"{hook.module}.{hook.member}" for hook in cdk.HOOKS]


def record(data):
    return AirbyteMessage(type=Type.RECORD, record=AirbyteRecordMessage(stream="Profit_Items", data=data, emitted_at=1))


def test_this_cdk_has_all_that_the_source_needs():
    cdk.require()


@pytest.mark.parametrize("member", MEMBERS)
def test_a_cdk_that_lacks_a_member_is_refused_in_one_sentence(monkeypatch, member):
    monkeypatch.delattr(member)

    with pytest.raises(RuntimeError) as refused:
        cdk.require()

    assert str(refused.value) == (
        f"source-afas cannot work with airbyte-cdk {version('airbyte-cdk')}, which has no {member}: "
        "install the newest airbyte-cdk below 8."
    )


def test_a_cdk_that_lacks_a_module_is_refused_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "airbyte_cdk.sources.message.concurrent_repository", None)

    with pytest.raises(RuntimeError, match=r"which has no airbyte_cdk\.sources\.message\.concurrent_repository\."):
        cdk.require()


def test_rows_of_this_source_are_written_exactly_and_records_of_others_by_the_cdk(monkeypatch):
    of_the_cdk = staticmethod(lambda message: "as the CDK writes it")
    monkeypatch.setattr(AirbyteEntrypoint, "airbyte_message_to_string", of_the_cdk)
    cdk.write_rows_exactly()
    row = {"Bedrag": Decimal("10.10"), "Omschrijving": None}

    assert AirbyteEntrypoint.airbyte_message_to_string(record(row)) == "as the CDK writes it"
    assert '"data":{"Bedrag":10.10,"Omschrijving":null}' in AirbyteEntrypoint.airbyte_message_to_string(
        record(cdk.ExactRow(row))
    )


def test_importing_this_source_changes_no_line_of_another():
    script = (
        "from airbyte_cdk.entrypoint import AirbyteEntrypoint\n"
        "from unit_tests.test_cdk import record\n"
        "line = lambda: AirbyteEntrypoint.airbyte_message_to_string(record({'Amount': 10.10, 'Text': None}))\n"
        "before = line()\n"
        "from source_afas import SourceAfas\n"
        "assert line() == before"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
