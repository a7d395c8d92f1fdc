"""The console script `tap-afas`: the source as a Singer tap, for Meltano and other runners of Singer.

This module holds what comes before the CDK is imported; `commands.py` does the work.
"""

import argparse
import json
import sys
import warnings
from importlib.metadata import version

from source_afas.command_line import run

CAPABILITIES = ("about", "catalog", "discover", "state")
GUIDE = "https://docs.airbyte.com/integrations/sources/afas"
DESCRIPTION = "Every GetConnector of an AFAS Profit environment as a Singer stream: complete and exact."


def main() -> None:
    """Run the command that the arguments name, and exit with 1 where it fails."""
    run.settle()
    # Meltano has Python show them; the CDK's are of use to its own authors.
    warnings.simplefilter("ignore", DeprecationWarning)
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.version:
        print(f"tap-afas {version(_PACKAGE)}")
    elif arguments.about:
        print(about(arguments.format))
    elif not arguments.config:
        parser.error(f"--config is missing: a JSON file with the settings, as {GUIDE} has them")
    else:
        run.before_the_cdk()
        from source_afas.singer import commands

        sys.exit(commands.main(arguments))


_PACKAGE = "airbyte-source-afas"


def about(form: str = "text") -> str:
    """Return what the tap is, what it can and what it takes, as text or as JSON."""
    settings = run.specification()["connection_specification"]
    if form == "json":
        told = {
            "name": "tap-afas",
            "description": DESCRIPTION,
            "version": version(_PACKAGE),
            "capabilities": CAPABILITIES,
            "settings": settings,
        }
        return json.dumps(told, ensure_ascii=False, indent=2)
    required = settings["required"]
    return "\n".join(
        [
            f"tap-afas {version(_PACKAGE)}: {DESCRIPTION}",
            f"Capabilities: {', '.join(CAPABILITIES)}",
            "Settings:",
            *(
                f"  {name:<18}{setting['title']}{', required' if name in required else ''}"
                for name, setting in settings["properties"].items()
            ),
        ]
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tap-afas", description=DESCRIPTION)
    parser.add_argument("--config", metavar="FILE", help="the settings, as JSON")
    parser.add_argument("--catalog", "--properties", metavar="FILE", help="what to read; without it, all there is")
    parser.add_argument("--state", metavar="FILE", help="where the last run ended: the value of its last STATE")
    does = parser.add_mutually_exclusive_group()
    does.add_argument("--discover", action="store_true", help="print the catalog")
    does.add_argument("--test", action="store_true", help="check the settings against AFAS; exit code 0 or 1")
    does.add_argument("--about", action="store_true", help="print what the tap can, and its settings")
    does.add_argument("--version", action="store_true", help="print the version")
    parser.add_argument("--format", choices=["text", "json"], default="text", help="of --about")
    return parser


if __name__ == "__main__":
    main()
