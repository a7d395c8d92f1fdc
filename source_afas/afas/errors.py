"""The three ways in which a command fails, in the user's terms.

Every message says what happened, where, and what to do now. It stands in `internal_message` too: the CDK prints that
one in its closing summary of a failed sync, so it must read well and hold no secret.
"""

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException


def config_error(message: str) -> AirbyteTracedException:
    """Return the error for what the user, or the owner of the AFAS environment, has to set right."""
    return traced(message, FailureType.config_error)


def transient_error(message: str) -> AirbyteTracedException:
    """Return the error for what passes by itself: the same sync, run later, may well succeed."""
    return traced(message, FailureType.transient_error)


def traced(message: str, failure_type: FailureType) -> AirbyteTracedException:
    """Return the error with one text for both of the CDK's readers."""
    return AirbyteTracedException(message=message, internal_message=message, failure_type=failure_type)


class PageTooLarge(AirbyteTracedException):
    """AFAS could not carry so many rows in one answer: a smaller page may pass."""


class NotUnderstood(AirbyteTracedException):
    """AFAS answers with an error that it gives no reason for: it has a bad day, or does not take the request's form."""


class NotServed(AirbyteTracedException):
    """AFAS does not serve this GetConnector to this token: not authorised, or blocked. It lasts until somebody acts."""


class BodyTooLarge(requests.RequestException):
    """An answer goes on for longer than this process has room for."""


class SentElsewhere(requests.RequestException):
    """An answer sends the request on to another host, or to the same one without TLS."""
