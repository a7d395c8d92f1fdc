"""Messages as lines of JSON, rows as AFAS sent them: decimals digit for digit, empty fields as null.

A decimal of AFAS's may have more digits than a float holds, so rows carry `Decimal`, which orjson, the CDK's writer,
does not know. And the CDK drops fields that are null, from rows too: a column would be missing from its rows.
"""

import json
from decimal import Decimal
from typing import Any

import orjson
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import AirbyteMessage, AirbyteMessageSerializer


def message_to_string(message: AirbyteMessage) -> str:
    """Return a message as one line of JSON."""
    written = AirbyteMessageSerializer.dump(message)
    if message.record:
        written["record"]["data"] = message.record.data
    return dumps(written).decode()


def dumps(value: Any) -> bytes:
    """Return a value as one line of JSON, its `Decimal`s digit for digit."""
    return orjson.dumps(value, default=_as_sent)


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body. Raises `ValueError` where it is anything else."""
    try:
        answer = json.loads(body)
    except RecursionError:
        raise ValueError("lists within lists, too deep") from None
    if not isinstance(answer, dict):
        raise ValueError("no JSON object")
    found: dict[str, Any] = whole(answer)
    return found


def digits(value: Decimal) -> str:
    """Return a decimal without an exponent, unless a few bytes of it would become gigabytes of zeros."""
    return f"{value:f}" if abs(value.adjusted()) < 1000 else str(value)


def whole(value: Any) -> Any:
    """Return a value of JSON without half characters, as a column that is too short leaves behind: they are no text."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [whole(one) for one in value]
    return {whole(name): whole(one) for name, one in value.items()} if isinstance(value, dict) else value


def _as_sent(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(digits(value))
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def install() -> None:
    """Have the CDK's entrypoint write messages so, in whichever process runs this source."""
    AirbyteEntrypoint.airbyte_message_to_string = staticmethod(message_to_string)  # type: ignore[assignment]
