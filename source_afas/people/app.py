"""The console script `afas`: commands for people. What comes before the CDK is imported; `probe.py` does the work."""

import argparse
import sys
from importlib.metadata import version

from source_afas.command_line import run

REPORT = "afas-probe.json"

_DESCRIPTION = "Commands for people with an AFAS Profit of their own."

_PROBE = """\
Find out whether this AFAS does what source-afas counts on. It only reads, 60 small requests at most,
one after the other. It shows what holds, and writes a report of facts and counts that can be sent in."""


def main() -> None:
    """Run the command that the arguments name; exit with 1 where AFAS or a file does not let it."""
    run.settle()
    arguments = _parser().parse_args()
    run.before_the_cdk()
    from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets
    from airbyte_cdk.utils.traced_exception import AirbyteTracedException

    from source_afas.people.probe import probe

    try:
        probe(arguments)
    except AirbyteTracedException as error:
        sys.exit(f"Error: {filter_secrets(error.message or '')}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="afas", description=_DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"afas {version('airbyte-source-afas')}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    probe = commands.add_parser(
        "probe",
        help="find out whether this AFAS is as expected",
        description=_PROBE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    probe.add_argument("--config", metavar="FILE", required=True, help="the settings, as JSON")
    probe.add_argument("--report", metavar="FILE", default=REPORT, help=f"where the report goes; {REPORT}")
    probe.add_argument(
        "get_connector", metavar="GETCONNECTOR", nargs="*", help="what to look at; some that have much to see"
    )
    return parser


if __name__ == "__main__":
    main()
