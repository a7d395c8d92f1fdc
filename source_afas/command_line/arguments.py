"""The arguments of `source-afas`, in its user's words; the CDK's own parser takes a second to be there."""

import argparse
import sys
from importlib.metadata import version

_DESCRIPTION = """\
Every GetConnector of an AFAS Profit environment as an Airbyte stream: complete and exact.

A command prints messages of Airbyte's protocol on standard output, a line of JSON each."""

_EXAMPLE = """\
--config names a JSON file with the settings, such as
  {"environment": "12345", "credentials": {"auth_type": "token", "token": "<token>…</token>"}}

What else a command takes: source-afas read --help. All settings, and how to make a catalog:
https://docs.airbyte.com/integrations/sources/afas"""


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return what the arguments say; explain them, and end with 2, where they say nothing that can be done."""
    parser = _parser()
    if not arguments:
        parser.print_help(sys.stderr)
        parser.exit(2)
    if arguments == ["--version"]:
        print(f"source-afas {version('airbyte-source-afas')}")
        parser.exit()
    return parser.parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="source-afas",
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)

    def command(name: str, does: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
        added.add_argument("--debug", action="store_true", help="log every step too")
        return added

    command("spec", "print which settings there are")
    takes_config = [
        command("check", "try the settings: look up the GetConnectors and read one row"),
        command("discover", "print the streams, one for each GetConnector, with their columns"),
        command("read", "print the rows of the streams in a catalog"),
    ]
    for added in takes_config:
        added.add_argument("--config", metavar="FILE", required=True, help="the settings, as JSON")
    read = takes_config[-1]
    read.add_argument("--catalog", metavar="FILE", required=True, help="which streams to read, and how")
    read.add_argument("--state", metavar="FILE", help="where the last read ended; without it, all rows are read")
    return parser
