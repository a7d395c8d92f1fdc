"""The environment: which of AFAS's hosts serves it.

An environment name (Omgevingsnaam) such as `O12345AA` is a letter for the platform (O production, T test, A
acceptance), the participant number and two more letters. The host follows from the number and the platform alone;
which of a participant's environments answers is decided by the token.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

from airbyte_cdk.sources.declarative.transformations.config_transformations.config_transformation import (
    ConfigTransformation,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas.errors import config_error

_NAME = re.compile(r"(?P<letter>[OTA])?(?P<number>[0-9]{5,6})(?P<rest>[A-Z]{2})?", re.IGNORECASE)
_TYPE_OF_LETTER = {"O": "production", "T": "test", "A": "accept"}
_HOST_OF_TYPE = {"production": "rest", "test": "resttest", "accept": "restaccept", "training": "restcursus"}


class BaseUrl(ConfigTransformation):
    """Fill in `base_url` where the user left it to be made from the environment."""

    def transform(self, config: MutableMapping[str, Any]) -> None:
        """Set `base_url`; leave a config that cannot be right as it is, for the validation to speak of."""
        try:
            config["base_url"] = base_url(config)
        except (AirbyteTracedException, KeyError, TypeError, AttributeError):
            return


def base_url(config: Mapping[str, Any]) -> str:
    """Return the root of AFAS's REST service, without a slash at its end.

    Raises a configuration error where the environment is not one, or its letter and `environment_type` contradict.
    """
    number, environment_type = _number_and_type(config)
    if given := str(config.get("base_url") or "").strip():
        return given.rstrip("/")
    return f"https://{number}.{_HOST_OF_TYPE[environment_type]}.afas.online/ProfitRestServices"


def describe(config: Mapping[str, Any]) -> str:
    """Return the environment as messages name it: `environment 12345 (test)`."""
    try:
        number, environment_type = _number_and_type(config)
    except (AirbyteTracedException, KeyError, TypeError, AttributeError):
        return "the environment"
    return f"environment {number} ({environment_type})"


def is_named(config: Mapping[str, Any], name: str) -> bool:
    """Return whether AFAS's own name of an environment may be the one that the configuration means."""
    return _number_and_type(config)[0] in name


def _number_and_type(config: Mapping[str, Any]) -> tuple[str, str]:
    name = config["environment"].strip()
    found = _NAME.fullmatch(name)
    if not found:
        raise config_error(
            f"`environment` must be the participant number, such as 12345, or the environment name (Omgevingsnaam), "
            f"such as O12345AA; {name!r} is neither."
        )
    by_letter = _TYPE_OF_LETTER[found["letter"].upper()] if found["letter"] else None
    environment_type = config.get("environment_type") or by_letter or "production"
    if by_letter and environment_type != by_letter:
        raise config_error(
            f"`environment_type` is {environment_type}, but the {found['letter'].upper()} in front of `environment` "
            f"{name} says {by_letter}: leave `environment_type` out, or correct one of the two."
        )
    return found["number"], environment_type
