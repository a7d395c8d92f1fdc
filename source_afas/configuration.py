"""A configuration that cannot be right, told in one sentence that names the key and what is expected."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import isodate  # comes with the CDK, which reads the same setting with it
import requests
from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match
from urllib3.exceptions import LocationParseError

from source_afas.afas import environment, token
from source_afas.afas.errors import config_error
from source_afas.afas.exact_json import whole
from source_afas.afas.query import NEGATIVE, WITHOUT_VALUE
from source_afas.reading.settings import BOOKING_DAYS, SNAPSHOT, TRACKED_ROWS
from source_afas.tracking.marks import UPDATED_AT

SHORTEST_LOOKBACK = timedelta(seconds=2)
"""AFAS rounds the times that it shows: a shorter overlap would lose rows."""

LONGEST_LOOKBACK = timedelta(days=3650)
FIRST_DAY = date(1900, 1, 1)


def validate(config: Mapping[str, Any], connection_specification: Mapping[str, Any]) -> None:
    """Raise a configuration error for the first thing that cannot be right in a configuration.

    No value that may be a secret is repeated.
    """
    _refuse_near_misses(config, connection_specification)
    _refuse_another_source(config, connection_specification)
    _validate_credentials(config.get("credentials"))
    errors = Draft7Validator(connection_specification).iter_errors(config)
    if error := best_match(e for e in errors if next(iter(e.absolute_path), "") != "credentials"):
        raise config_error(_sentence(error))
    if config["credentials"]["auth_type"] == "token":
        token.digits(config["credentials"]["token"])
    environment.base_url(config)
    _validate_base_url(config)
    _validate_start_date(config)
    _validate_lookback_window(config)
    _validate_streams(config.get("streams") or ())


_CREDENTIALS = {
    "token": ("auth_type", "token", "token_name"),
    "oauth2.0": ("auth_type", "client_id", "client_secret"),
}


def _validate_credentials(credentials: Any) -> None:
    expected = (
        'expected {"auth_type": "token", "token": "<token>…</token>"}, or {"auth_type": "oauth2.0", "client_id": "…", '
        '"client_secret": "…"}'
    )
    if not isinstance(credentials, Mapping):
        raise config_error(f"`credentials` is missing or not an object: {expected}.")
    known = _CREDENTIALS.get(str(credentials.get("auth_type")))
    if known is None:
        raise config_error(f"`credentials.auth_type` must be `token` or `oauth2.0`: {expected}.")
    if unknown := next((name for name in credentials if get_close_matches(name, known) and name not in known), None):
        raise config_error(f"`credentials.{unknown}` is not a setting; there are {', '.join(f'`{n}`' for n in known)}.")
    for name in known[1:]:
        if name != "token_name" and not str(credentials.get(name) or "").strip():
            raise config_error(f"`credentials.{name}` is missing or empty: {expected}.")
        if not isinstance(credentials.get(name, ""), str):
            raise config_error(f"`credentials.{name}` is not a text: {expected}.")
        if credentials.get(name, "") != whole(credentials.get(name, "")):
            raise config_error(f"`credentials.{name}` holds half a character: paste it again.")


def _sentence(error: Any) -> str:
    key = _key(error.absolute_path)
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"`{f'{key}.{missing}' if key else missing}` is missing."
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = next(name for name in error.instance if name not in known)
        return f"`{key}.{unknown}` is not a setting; there are {', '.join(f'`{name}`' for name in known)}."
    return f"`{key}` must be {_expectation(error)}{_as_given(key, error.instance)}."


def _as_given(key: str, value: Any) -> str:
    """Return how a value is repeated: not at all where a secret may have been pasted into the wrong place."""
    text = repr(value)
    secret = key == "base_url" or "<token" in text.lower() or len(text) > 60 or re.search("[0-9a-fA-F]{32}", text)
    return "" if secret else f"; it is {text}"


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
    if error.validator == "type" and "pattern_descriptor" in schema:
        return f'a text between quotes, as in "{schema["pattern_descriptor"]}"'
    return " or ".join(_TYPE_NAMES[name] for name in ([value] if isinstance(value, str) else value))


_TYPE_NAMES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def _refuse_near_misses(config: Mapping[str, Any], connection_specification: Mapping[str, Any]) -> None:
    """Refuse a key that is nearly a setting: a platform may send keys of its own, but hardly such a one."""
    known = connection_specification["properties"]
    for name in config:
        if name not in known and (meant := get_close_matches(name, known, n=1, cutoff=0.8)):
            raise config_error(f"`{name}` is not a setting of this source: did you mean `{meant[0]}`?")


def _refuse_another_source(config: Mapping[str, Any], connection_specification: Mapping[str, Any]) -> None:
    """Refuse a configuration without a single setting of this source; a name of one may be a secret out of place."""
    if connection_specification["properties"].keys() & config.keys():
        return
    if names := [name for name in config if name.isidentifier() and len(name) <= 30]:
        raise config_error(
            f"The configuration has {', '.join(f'`{name}`' for name in names[:5])}, and no setting of this source: is "
            "it another one's? This source needs `environment` and `credentials`."
        )


def _validate_base_url(config: Mapping[str, Any]) -> None:
    if not (given := config.get("base_url")):
        return
    try:
        requests.Request("GET", given.strip()).prepare()
        host = urlsplit(given.strip()).hostname or ""
        if urlsplit(given.strip()).port == 0 or not host:
            raise ValueError("no host")
        host.encode("idna")
    except (ValueError, UnicodeError, requests.exceptions.RequestException, LocationParseError):
        raise config_error("`base_url` must be an address, as in https://host/ProfitRestServices.") from None
    if urlsplit(given.strip()).scheme.lower() == "http" and not _is_this_machine(host):
        raise config_error(
            "`base_url` must begin with https://, for whoever listens in reads the credentials that are sent to it. "
            "Plain http is for this machine alone: localhost, 127.0.0.1."
        )


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _validate_start_date(config: Mapping[str, Any]) -> None:
    if (given := config.get("start_date")) is None:
        return
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise config_error(f"`start_date` must be a day that exists, as in 2024-01-31; it is {given!r}.") from None
    if day < FIRST_DAY:
        raise config_error(f"`start_date` must be 1900-01-01 or later; it is {given!r}. Leave it out for everything.")


def _validate_lookback_window(config: Mapping[str, Any]) -> None:
    if (given := config.get("lookback_window")) is None:
        return
    try:
        window = isodate.parse_duration(given)
    except (ValueError, OverflowError):
        window = None
    if not isinstance(window, timedelta):
        raise config_error(
            f"`lookback_window` must be an ISO 8601 duration in weeks, days, hours, minutes or seconds, as in PT1H or "
            f"P1D; it is {given!r}."
        )
    if not SHORTEST_LOOKBACK <= window <= LONGEST_LOOKBACK:
        raise config_error(f"`lookback_window` must be from 2 seconds (PT2S) to 10 years (P3650D); it is {given!r}.")


def _validate_streams(streams: Iterable[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for number, stream in enumerate(streams):
        name = stream["get_connector"]
        if name.lower() in seen:
            raise config_error(f"`streams[{number}].get_connector` is {name}, which has an entry already.")
        seen.add(name.lower())
        _validate_tracking(f"streams[{number}]", stream)
        for position, given in enumerate(stream.get("filters") or ()):
            _validate_filter(f"streams[{number}].filters[{position}]", given)


def _validate_tracking(key: str, stream: Mapping[str, Any]) -> None:
    changes = stream.get("track_changes")
    for name in ("allow_mass_deletes", "tracked_rows"):
        if name in stream and not changes:
            raise config_error(f"`{key}.{name}` says nothing without `track_changes`.")
    for name in ("entry_date_field", "changed_days_get_connector"):
        if name in stream and changes != BOOKING_DAYS:
            raise config_error(f"`{key}.{name}` says nothing unless `track_changes` is booking_days.")
    if changes and stream.get("cursor_field"):
        raise config_error(
            f"`{key}.cursor_field` must be left out: with `track_changes`, the cursor is the time of the sync, "
            f"{UPDATED_AT}."
        )
    if changes == SNAPSHOT and stream.get("tracked_rows", 0) > TRACKED_ROWS[SNAPSHOT]:
        raise config_error(
            f"`{key}.tracked_rows` must be from 1 to {TRACKED_ROWS[SNAPSHOT]} for snapshot; it is "
            f"{stream['tracked_rows']}."
        )


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
