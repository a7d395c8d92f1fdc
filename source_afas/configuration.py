"""A configuration that cannot be right, told in one sentence that names the key and what is expected."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import isodate  # comes with the CDK, which reads the same setting with it
from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

from source_afas import environment, token
from source_afas.errors import config_error
from source_afas.query import NEGATIVE, WITHOUT_VALUE

SHORTEST_LOOKBACK = timedelta(seconds=2)
"""AFAS rounds the times that it shows: a shorter overlap would lose rows."""


def validate(config: Mapping[str, Any], connection_specification: Mapping[str, Any]) -> None:
    """Raise a configuration error for the first thing that cannot be right in a configuration.

    No value that may be a secret is repeated.
    """
    _validate_credentials(config.get("credentials"))
    errors = Draft7Validator(connection_specification).iter_errors(config)
    if error := best_match(e for e in errors if next(iter(e.absolute_path), "") != "credentials"):
        raise config_error(_sentence(error))
    token.digits(config["credentials"]["token"])
    environment.base_url(config)
    _validate_start_date(config)
    _validate_lookback_window(config)
    _validate_streams(config.get("streams") or ())


def _validate_credentials(credentials: Any) -> None:
    expected = 'expected {"auth_type": "token", "token": "<token>…</token>"}'
    if not isinstance(credentials, Mapping):
        raise config_error(f"`credentials` is missing or not an object: {expected}.")
    if credentials.get("auth_type") == "oauth2.0":
        raise config_error(
            "`credentials.auth_type` is oauth2.0, which this version does not serve yet: use the app connector's "
            'token, {"auth_type": "token", "token": "<token>…</token>"}.'
        )
    if credentials.get("auth_type") != "token":
        raise config_error(f"`credentials.auth_type` must be `token`: {expected}.")
    if not isinstance(credentials.get("token"), str):
        raise config_error(f"`credentials.token` is missing or not a text: {expected}.")


def _sentence(error: Any) -> str:
    key = _key(error.absolute_path)
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"`{f'{key}.{missing}' if key else missing}` is missing."
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = next(name for name in error.instance if name not in known)
        return f"`{key}.{unknown}` is not a setting; there are {', '.join(f'`{name}`' for name in known)}."
    # An address may have been given with a password within.
    given = "" if key == "base_url" else f"; it is {error.instance!r}"
    return f"`{key}` must be {_expectation(error)}{given}."


def _key(path: Iterable[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _expectation(error: Any) -> str:
    schema, value = error.schema, error.validator_value
    if error.validator == "enum":
        return "one of " + ", ".join(map(str, value))
    if error.validator in ("minimum", "maximum"):
        if "maximum" not in schema:
            return f"{schema['minimum']} or more"
        return f"a whole number from {schema['minimum']} to {schema['maximum']}"
    if error.validator in ("pattern", "format"):
        return f"as in {schema.get('pattern_descriptor', value)}"
    if error.validator in ("minLength", "minItems"):
        return "given, not empty"
    return " or ".join(_TYPE_NAMES[name] for name in ([value] if isinstance(value, str) else value))


_TYPE_NAMES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def _validate_start_date(config: Mapping[str, Any]) -> None:
    if (given := config.get("start_date")) is None:
        return
    try:
        date.fromisoformat(given)
    except ValueError:
        raise config_error(f"`start_date` must be a day that exists, as in 2024-01-31; it is {given!r}.") from None


def _validate_lookback_window(config: Mapping[str, Any]) -> None:
    if (given := config.get("lookback_window")) is None:
        return
    try:
        window = isodate.parse_duration(given)
    except ValueError:
        window = None
    if not isinstance(window, timedelta):
        raise config_error(
            f"`lookback_window` must be an ISO 8601 duration in weeks, days, hours, minutes or seconds, as in PT1H or "
            f"P1D; it is {given!r}."
        )
    if window < SHORTEST_LOOKBACK:
        raise config_error(f"`lookback_window` must be 2 seconds (PT2S) or more; it is {given!r}.")


def _validate_streams(streams: Iterable[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for number, stream in enumerate(streams):
        name = stream["get_connector"]
        if name.lower() in seen:
            raise config_error(f"`streams[{number}].get_connector` is {name}, which has an entry already.")
        seen.add(name.lower())
        for position, given in enumerate(stream.get("filters") or ()):
            _validate_filter(f"streams[{number}].filters[{position}]", given)


def _validate_filter(key: str, given: Mapping[str, Any]) -> None:
    operator = given["operator"]
    if operator in WITHOUT_VALUE:
        if "value" in given:
            raise config_error(f"`{key}.value` must be left out: {operator} compares with nothing.")
    elif "value" not in given:
        raise config_error(f"`{key}.value` is missing: {operator} compares with a text, a number, true or false.")
    elif isinstance(given["value"], list) and operator in NEGATIVE:
        # "One must match" is always true of a list of two different exclusions.
        raise config_error(f"`{key}.value` must be a single value for {operator}: give each value a filter of its own.")
    elif isinstance(given["value"], list) and operator == "quick_filter":
        raise config_error(f"`{key}.value` must be one text for quick_filter: it has alternatives of its own.")
