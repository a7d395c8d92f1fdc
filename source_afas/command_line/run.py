"""The console script `source-afas`: what comes before the CDK, whose import takes most of a short command's time."""

import ctypes
import io
import json
import os
import pkgutil
import sys
from typing import Any

from source_afas import cdk
from source_afas.command_line import arguments
from source_afas.command_line.signals import end_at_signals


def run() -> None:
    """Run the command that the arguments name."""
    settle()
    try:
        parsed = arguments.parse(sys.argv[1:])
        if parsed.command == "spec":
            print(spec(), flush=True)
            return
        before_the_cdk()
        from source_afas.command_line import commands

        commands.main(parsed)
    except BrokenPipeError:
        os._exit(1)  # whoever read standard output is gone


def settle() -> None:
    """End at once when told to, and write UTF-8 in every locale, as JSON wants it."""
    end_at_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Before 7.34 the CDK leaves lines in Python's buffer: rows would overtake them, and an exit lose them.
            stream.reconfigure(encoding="utf-8", line_buffering=True)


def before_the_cdk() -> None:
    """Do what has to come before the CDK is imported."""
    _keep_one_heap()
    cdk.skip_attribute_remarks()


def specification() -> dict[str, Any]:
    """Return the manifest's `spec`: no need of the CDK."""
    import yaml

    text = pkgutil.get_data("source_afas", "manifest.yaml")
    found: dict[str, Any] = yaml.safe_load(text or b"")["spec"]
    return found


def spec() -> str:
    """Return the SPEC message."""
    told = specification()
    return json.dumps(
        {
            "type": "SPEC",
            "spec": {
                "connectionSpecification": told["connection_specification"],
                "documentationUrl": told["documentation_url"],
                "supportsNormalization": False,
                "supportsDBT": False,
            },
        },
        ensure_ascii=False,
    )


def _keep_one_heap() -> None:
    """Have the C library keep one heap: by its own lights it keeps a hundred megabytes of pages for each thread."""
    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    except (OSError, AttributeError):
        return  # not the GNU C library


_M_ARENA_MAX = -8
"""A number of the GNU C library's malloc.h."""
