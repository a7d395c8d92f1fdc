"""The classic token: the forms in which people hold it, the one that AFAS takes.

An app connector's token is a short XML text around 64 hexadecimal digits. People paste that XML, or the digits alone,
or the Base64 that other products ask for. AFAS takes Base64 of the XML after the word `AfasToken`.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from functools import cached_property
from html import unescape
from typing import Any

from airbyte_cdk.sources.declarative.auth.declarative_authenticator import DeclarativeAuthenticator
from airbyte_cdk.sources.types import Config
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from source_afas.afas.errors import config_error

_TOKEN = re.compile(
    r"(?:(?:<token>)?(?:<version>\d+</version>)?<data>)?(?P<digits>[0-9A-F]{64})(?:</data>(?:</token>)?)?",
    re.IGNORECASE,
)

_AROUND = re.compile(r"^[^\w<]*(?:authorization[^\w<]*)?(?:afastoken[^\w<]*)?|[^\w>=+/]*$", re.IGNORECASE)
"""What is copied along with a token: quotes, and the words that stand before it in a request."""


@dataclass
class AfasTokenAuthenticator(DeclarativeAuthenticator):
    """Send the app connector's classic token with every request.

    An `ApiKeyAuthenticator` would do, were it not that the token may be pasted in three forms. In the manifest:

        authenticator:
          type: CustomAuthenticator
          class_name: source_afas.afas.token.AfasTokenAuthenticator
    """

    config: Config
    parameters: InitVar[Mapping[str, Any]]

    def get_auth_header(self) -> Mapping[str, Any]:
        """Return the Authorization header."""
        return {"Authorization": self._header}

    @cached_property
    def _header(self) -> str:
        token = self.config["credentials"]["token"]
        header = authorization(token)
        # The CDK masks what was configured, and nothing that was made of it.
        for secret in (header.removeprefix("AfasToken "), digits(token), digits(token).lower()):
            add_to_secrets(secret)
        return header


def authorization(pasted: str) -> str:
    """Return the Authorization header for a token in any of its three forms.

    White space, such as the line end that a copied token drags along, is forgiven. Raises a configuration error that
    does not repeat what was pasted.
    """
    return (
        "AfasToken " + b64encode(f"<token><version>1</version><data>{digits(pasted)}</data></token>".encode()).decode()
    )


def digits(pasted: str) -> str:
    """Return the 64 hexadecimal digits within a token in any of its three forms, in capitals as AFAS issues them."""
    text = _AROUND.sub("", "".join(unescape(pasted).split()))
    found = _TOKEN.fullmatch(text) or _TOKEN.fullmatch(_from_base64(text))
    if not found:
        data = re.search(r"<data>(.*?)</data>", text, re.IGNORECASE)
        what = (
            f"between <data> and </data> stand {len(data[1])} characters where 64 hexadecimal digits are expected"
            if data
            else f"what was given has {len(text)} characters and is none of these"
        )
        raise config_error(
            "`credentials.token` is not an AFAS token, which is the whole text <token>…</token> as Profit showed it, "
            f"its 64 hexadecimal digits, or its Base64: {what}."
        )
    return found["digits"].upper()


def _from_base64(text: str) -> str:
    try:
        return "".join(b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True).decode().split())
    except (NotBase64, UnicodeDecodeError, ValueError):
        return ""
