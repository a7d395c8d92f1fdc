"""What an answer that is not what was asked for stands for, in the user's words."""

from urllib.parse import unquote, urlsplit

import requests
from airbyte_cdk.sources.types import Config
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas import environment
from source_afas.afas.command import command_of
from source_afas.afas.errors import transient_error
from source_afas.afas.failure import AGAIN, OFTEN, bearer, characters
from source_afas.afas.failures import failure_of

CHECK_SECONDS = 8
"""What `check` waits for a connection, or for an answer."""


class RequestError(Exception):
    """A request failed in a way that we know."""

    def __init__(
        self, error: AirbyteTracedException, tries: int, wait: float | None = None, refused: str | None = None
    ) -> None:
        super().__init__(error.message)
        self.error = error
        """What the user is told when nobody asks again."""
        self.tries = tries
        """Requests that this failure is worth, the first included."""
        self.wait = wait
        """Seconds after which AFAS wants to be asked again, where it said so."""
        self.refused = refused
        """The OAuth token that AFAS did not take, where it was that."""


def failed(answer: requests.Response | Exception, config: Config) -> RequestError:
    """Return the failure that an answer, or the lack of one, stands for."""
    failure, words = failure_of(answer)
    checking = command_of(config).checking
    url = (answer.url if isinstance(answer, requests.Response) else _url(answer)) or ""
    sentence = (failure.where + failure.tells).format(
        where=place(url, config),
        environment=environment.describe(config),
        base_url=config.get("base_url"),
        host=urlsplit(str(config.get("base_url"))).netloc,
        token=_token(config),
        status=getattr(answer, "status_code", ""),
        characters=f"{characters(url):,}",
        when=f"come back in {_duration(words.retry_after)}" if words.retry_after else "come back later",
        patience=f"{CHECK_SECONDS} seconds" if checking else "the time that AFAS itself allows",
        then="Check `base_url`."
        if checking
        else "It may still be at work on it: sync again in 15 minutes at the earliest.",
        exception=type(answer).__name__,
    )
    sentence += str(words)
    error = failure.raised(message=sentence, internal_message=sentence, failure_type=failure.fault)
    tries = min(failure.tries, AGAIN if checking else OFTEN)
    return RequestError(error, tries, words.retry_after, _refused_bearer(answer))


def unexpected(url: str, what: str, config: Config) -> RequestError:
    """Return the failure that an answer with status 200 stands for that is not AFAS's."""
    error = transient_error(
        f"{place(url, config)}: {what} where AFAS's REST service would answer with JSON of its own; something else "
        f"answers at {config.get('base_url')}: check `base_url`, and a proxy in between."
    )
    return RequestError(error, AGAIN)


def place(url: str, config: Config) -> str:
    """Return where something happened: the GetConnector that a request was about, else the environment."""
    path = urlsplit(url).path
    for part in ("/connectors/", "/metainfo/get/"):
        _, found, name = path.partition(part)
        if found:
            return f"GetConnector {unquote(name)}"
    return environment.describe(config).capitalize()


def _refused_bearer(answer: requests.Response | Exception) -> str | None:
    if not isinstance(answer, requests.Response) or answer.status_code != requests.codes.unauthorized:
        return None
    return bearer(answer)


def _url(exception: Exception) -> str | None:
    request = getattr(exception, "request", None)
    return request.url if request is not None else None


def _token(config: Config) -> str:
    name = config.get("credentials", {}).get("token_name")
    return f'the token "{name}"' if name else "the token"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} seconds"
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
