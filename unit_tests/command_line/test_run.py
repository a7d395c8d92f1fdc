"""What is left out of the start of a command, in processes of their own."""

import json
import subprocess
import sys

from airbyte_cdk.entrypoint import AirbyteEntrypoint

from source_afas import SourceAfas
from source_afas.command_line.run import spec


def in_a_new_process(script):
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_spec_is_what_the_cdk_makes_of_the_manifest():
    entrypoint = AirbyteEntrypoint(SourceAfas())
    messages = map(json.loads, entrypoint.run(entrypoint.parse_args(["spec"])))

    assert json.loads(spec()) in messages


def test_spec_does_without_the_cdk():
    script = (
        "import sys; sys.argv = ['source-afas', 'spec']\n"
        "from source_afas.command_line.run import run; run(); print(*sys.modules)"
    )
    message, modules = in_a_new_process(script).splitlines()

    assert json.loads(message)["type"] == "SPEC"
    assert "airbyte_cdk" not in modules.split()


def test_the_remarks_in_the_cdks_sources_are_not_read():
    script = (
        "from source_afas import cdk; cdk.skip_attribute_remarks(); import inspect, unittest.mock as mock\n"
        "with mock.patch.object(inspect, 'getsource', side_effect=AssertionError):\n"
        "    import source_afas.command_line.commands"
    )
    in_a_new_process(script)
