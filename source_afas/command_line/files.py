"""The files that arguments name: what they hold, and what is said where it is not what they should hold."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from source_afas.afas.errors import config_error


@cache
def json_in(path: str) -> Any:
    """Return what a file holds, in whichever encoding Notepad or PowerShell saved it.

    It is read once: the CDK asks twice, and what comes through a pipe, as with `--config <(…)`, comes once.
    """
    with open(path, "rb") as file:
        return json.loads(file.read())


def settings_in(path: str) -> dict[str, Any]:
    """Return the settings that a file holds. Raises `ValueError` where it holds something else."""
    settings = json_in(path)
    if not isinstance(settings, dict) or _held(settings) not in (None, _SETTINGS):
        raise ValueError("no settings")
    return settings


def file(option: str, path: str, shape: str, read: Callable[[str], Any]) -> Any:
    """Return what a file that an option names is read as; raises a configuration error where it is not of a shape."""
    try:
        return read(path)
    except OSError as error:
        raise config_error(f"--{option} {path} cannot be read: {error.strerror}.{_to_do(error)}") from None
    except Exception:
        raise config_error(f"--{option} {path} {_instead(option, path, shape)}") from None


def _to_do(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return " A path counts from the folder in which the command runs; in a container, from what is mounted there."
    if isinstance(error, PermissionError):
        return " Let the user that runs this command read it."
    return " Name a file in it." if isinstance(error, IsADirectoryError) else ""


def _instead(option: str, path: str, shape: str) -> str:
    """Say what a file holds that is not of a shape; no value is repeated, as it may be a secret."""
    try:
        held = _held(json_in(path))
    except json.JSONDecodeError as error:
        return f"{_no_json(error)}; it should be {shape}."
    except (ValueError, RecursionError):
        return f"is no JSON; it should be {shape}."
    if not held:
        return f"is not what it should be: {shape}."
    what, taken_by = held
    hint = f" Is it meant for --{taken_by}?" if taken_by not in ("", option) else ""
    return f"holds {what}; it should be {shape}.{hint}"


def _no_json(error: json.JSONDecodeError) -> str:
    if not error.doc.strip():
        return "is empty"
    where = f"line {error.lineno}, column {error.colno}"
    try:
        begin = json.loads(error.doc[: error.pos])
    except ValueError:
        return f"is no JSON ({error.msg}: {where})"
    return f"holds {_MESSAGES[0]}" if _held(begin) == _MESSAGES else f"is no JSON (more after its end: {where})"


_MESSAGES = ("messages, as a command prints them", "")
_SETTINGS = ("settings", "config")


def _held(content: Any) -> tuple[str, str] | None:
    """Return what content can be known for, and the option that takes it; None where it is nothing that is known."""
    match content:
        case {"type": "CATALOG" | "CONNECTION_STATUS" | "LOG" | "RECORD" | "SCHEMA" | "SPEC" | "STATE" | "TRACE"}:
            return _MESSAGES
        case [{"type": "STATE", "state": _}, *_]:
            return _MESSAGES
        case {"credentials": _} | {"environment": _}:
            return _SETTINGS
        case {"streams": [{"stream": {}}, *_]}:
            return "a catalog of Airbyte's", "catalog"
        case {"streams": [{"tap_stream_id": _}, *_]}:
            return "a catalog of Singer's", "catalog"
        case {"streams": [{"json_schema": _}, *_]}:
            return "what `discover` found, of which nothing is chosen yet", ""
        case {"airbyte_state": _}:
            return "a state of `tap-afas`", "state"
        case [{"stream": {"stream_descriptor": _}}, *_]:
            return "states of Airbyte's", "state"
    return None
