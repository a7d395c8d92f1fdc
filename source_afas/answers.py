"""What an answer of AFAS means when it is not what was asked for.

AFAS says most things with status 500 and a sentence in `externalMessage`, in the language of Accept-Language; what
that sentence means decides whether asking again can help, whose fault it is, and what the user is told. The table
below is that knowledge. Answers are read by their content: their Content-Type is not to be trusted.
"""

import json
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy, ErrorHandler
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ErrorResolution, ResponseAction
from airbyte_cdk.sources.types import Config
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas import environment
from source_afas.errors import NotServed, PageTooLarge, config_error, traced, transient_error

CONFIG, TRANSIENT, SYSTEM = FailureType.config_error, FailureType.transient_error, FailureType.system_error

LONGEST_WAIT_SECONDS = 300
"""As long as a sync waits when AFAS says when to come back; beyond it, the sync ends and says when."""

LONGEST_QUERY_STRING = 2049
"""Characters, `?` and `&` included; a longer one is answered with 404."""

CHECK = "__check"
"""Set in the configuration while `check` runs: someone is watching, so ask again only once, and soon."""


class Reaction(Enum):
    """What to do about an answer."""

    ASK_AGAIN = "ask again"
    SMALLER_PAGE = "smaller page"
    GIVE_UP_STREAM = "give up the stream"
    GIVE_UP = "give up"


@dataclass(frozen=True)
class Meaning:
    """One thing that AFAS may say, and what we make of it."""

    says: tuple[str, ...]
    """Fragments of `externalMessage`, lower case, Dutch and English."""
    reaction: Reaction
    fault: FailureType
    advice: str
    """What the user is told, after the place and before AFAS's own words."""


MESSAGES = (
    Meaning(
        says=("niet ondersteund voor deze app", "not supported for this app"),
        reaction=Reaction.GIVE_UP_STREAM,
        fault=CONFIG,
        advice="add it to the app connector (Algemeen > Beheer > App connector), or give the token's user the right "
        "to it",
    ),
    Meaning(
        says=("is geblokkeerd", "is blocked"),
        reaction=Reaction.GIVE_UP_STREAM,
        fault=CONFIG,
        advice="it is blocked in AFAS, by an administrator or by AFAS's fair use: unblock it under Algemeen > "
        "Uitvoer > Beheer > GetConnector",
    ),
    Meaning(
        says=("niet gevonden", "not found"),
        reaction=Reaction.GIVE_UP,
        fault=CONFIG,
        advice="its definition in AFAS no longer has a field that was asked for: refresh the schema, and correct "
        "`streams` where it names that field",
    ),
    Meaning(
        says=("out of string space", "out of memory", "outofmemory"),
        reaction=Reaction.SMALLER_PAGE,
        fault=TRANSIENT,
        advice="AFAS could not carry so much in one answer: set `page_size` lower, or give the GetConnector "
        "fewer fields",
    ),
    Meaning(
        says=("maximale tijdsduur", "command timeout expired"),
        reaction=Reaction.SMALLER_PAGE,
        fault=TRANSIENT,
        advice="AFAS needed more than its 900 seconds: set `page_size` lower, filter in `streams`, or simplify the "
        "GetConnector",
    ),
    Meaning(
        says=("base64", "authorization", "autorisatie-header"),
        reaction=Reaction.GIVE_UP,
        fault=CONFIG,
        advice="AFAS cannot read the token that was sent",
    ),
    Meaning(
        says=(),
        reaction=Reaction.ASK_AGAIN,
        fault=TRANSIENT,
        advice="AFAS failed to answer; if it goes on, ask AFAS's support",
    ),
)
"""Functional errors, status 500, most specific first; the last one is any other sentence."""


@dataclass
class AfasErrorHandler(ErrorHandler):
    """Tells AFAS's answers apart by the table above.

    The CDK's own handler finds a message under other names than `externalMessage`, and puts whole bodies into logs. So
    what cannot be mended by asking again is raised from here, in our words.
    """

    config: Config
    max_tries: int
    """Requests for one answer, the first included; `check` makes do with two."""
    parameters: InitVar[Mapping[str, Any]]

    @property
    def max_retries(self) -> int:
        """How often an answer is asked for again."""
        return 1 if self.config.get(CHECK) else self.max_tries - 1

    @property
    def max_time(self) -> int | None:
        """No limit in seconds: the number of tries is one."""
        return None

    @property
    def backoff_strategies(self) -> list[BackoffStrategy]:
        """As long as AFAS asks for, else the CDK's 1, 2, 4 … seconds."""
        return [WaitAsAsked()]

    def interpret_response(self, response: requests.Response | Exception | None) -> ErrorResolution:
        """Return what to do about an answer; raise what no further request can mend."""
        if isinstance(response, requests.Response) and response.status_code == requests.codes.ok:
            return ErrorResolution(ResponseAction.SUCCESS)
        error, ask_again = (
            _of_answer(response, self.config)
            if isinstance(response, requests.Response)
            else _of_network(response, self.config)
        )
        if not ask_again:
            raise error from None
        return ErrorResolution(ResponseAction.RETRY, error.failure_type, error.message)


class WaitAsAsked(BackoffStrategy):
    """Waits as long as AFAS asks for; the error handler has refused what is too long."""

    def backoff_time(
        self, response_or_exception: requests.Response | requests.RequestException | None, attempt_count: int
    ) -> float | None:
        """Return AFAS's own number of seconds, or None where it names none."""
        if isinstance(response_or_exception, requests.Response):
            return retry_after(response_or_exception)
        return None


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds after which AFAS wants to be asked again: of the header, else of the body."""
    stated = response.headers.get("Retry-After") or _body(response).get("retry_after")
    try:
        seconds = float(stated) if stated is not None else -1.0
    except (TypeError, ValueError):
        try:
            seconds = (parsedate_to_datetime(str(stated)) - datetime.now(timezone.utc)).total_seconds()
        except (TypeError, ValueError):
            return None
    return seconds if 0 <= seconds < float("inf") else None


def _of_answer(response: requests.Response, config: Config) -> tuple[AirbyteTracedException, bool]:
    """Return the error that an answer stands for, and whether asking again may help."""
    where = place(response.url, config)
    status = response.status_code
    if status in (401, 403):
        return config_error(_refused(status, config)), False
    if status == 404:
        return config_error(f"{where}: {_not_found(response, config)}"), False
    if status == 413:
        return _page_too_large(f"{where}: {MESSAGES[3].advice} (413)."), False
    if status == 503:
        return _unavailable(response, where, config)
    if status == 400:
        return transient_error(f"{where}: AFAS's front door answers 400; its server may be unavailable."), True
    if status >= 500:
        return _of_message(response, where)
    return config_error(
        f"{where}: {config.get('base_url')} answers {status}, which AFAS's REST service does not: check `base_url`."
    ), False


def _refused(status: int, config: Config) -> str:
    name = config.get("credentials", {}).get("token_name")
    token = f'the token "{name}"' if name else "the token"
    if status == 401:
        return (
            f"AFAS refuses {token} for {environment.describe(config)} (401). A token opens one environment, and only "
            "while its app connector and its user are active: compare `environment` and `environment_type`, then paste "
            "the token again or generate a new one (Algemeen > Beheer > App connector, tab Gebruikerstokens)."
        )
    return (
        f"AFAS refuses this machine's IP address for {environment.describe(config)} (403): the app connector allows "
        "only certain addresses. Add this one under Algemeen > Beheer > App connector."
    )


def _not_found(response: requests.Response, config: Config) -> str:
    characters = len(urlsplit(response.url).query) + 1
    if characters > LONGEST_QUERY_STRING:
        return (
            f"the request is too long for AFAS ({characters:,} of 2,049 characters): shorten the filters in `streams`."
        )
    return (
        f"AFAS knows no such address (404): check `environment` and `environment_type`, or `base_url` "
        f"({config.get('base_url')}); its path ends in /ProfitRestServices as a rule."
    )


def _unavailable(response: requests.Response, where: str, config: Config) -> tuple[AirbyteTracedException, bool]:
    seconds = retry_after(response)
    when = f"come back in {_duration(seconds)}" if seconds else "come back later"
    error = transient_error(
        f"{where}: AFAS is not available at the moment (503), {when}; see afasstatus.nl.{_own_words(response)}"
    )
    patience = 5 if config.get(CHECK) else LONGEST_WAIT_SECONDS
    return error, seconds is None or seconds <= patience


def _of_message(response: requests.Response, where: str) -> tuple[AirbyteTracedException, bool]:
    message = str(_body(response).get("externalMessage") or "").lower()
    meaning = next(m for m in MESSAGES if not m.says or any(fragment in message for fragment in m.says))
    sentence = f"{where}: {meaning.advice}.{_own_words(response) or f' (status {response.status_code})'}"
    if meaning.reaction is Reaction.SMALLER_PAGE:
        return _page_too_large(sentence), False
    if meaning.reaction is Reaction.GIVE_UP_STREAM:
        return NotServed(message=sentence, internal_message=sentence, failure_type=meaning.fault), False
    return traced(sentence, meaning.fault), meaning.reaction is Reaction.ASK_AGAIN


def _page_too_large(sentence: str) -> PageTooLarge:
    return PageTooLarge(message=sentence, internal_message=sentence, failure_type=TRANSIENT)


def _of_network(failure: Exception | None, config: Config) -> tuple[AirbyteTracedException, bool]:
    """Return the error that a failed connection stands for. The exception's text holds URLs: it is not repeated."""
    host = urlsplit(str(config.get("base_url"))).netloc
    text = repr(failure)
    if "NameResolutionError" in text:
        return config_error(
            f"There is no host {host}: check `environment` and `environment_type`, or `base_url`; and that this "
            "machine can look up names."
        ), not config.get(CHECK)
    if isinstance(failure, requests.exceptions.SSLError):
        return config_error(
            f"{host} does not prove to be who it says (TLS): check `base_url`; behind a proxy with its own "
            "certificate, set REQUESTS_CA_BUNDLE."
        ), False
    if isinstance(failure, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return config_error(f"`base_url` is not an address: {config.get('base_url')}."), False
    if isinstance(failure, requests.exceptions.ReadTimeout):
        # AFAS goes on with a query after we hung up; the same query at once would run beside it.
        if config.get(CHECK):
            return transient_error(f"{host} accepts a connection but does not answer: check `base_url`."), False
        return transient_error(
            f"{host} did not answer within the time that AFAS itself allows: sync again in 15 minutes at the earliest."
        ), False
    return transient_error(
        f"No connection to {host} ({type(failure).__name__}): check the network and `base_url`; AFAS's own state is on "
        "afasstatus.nl."
    ), True


def unexpected(response_url: str, what: str, config: Config) -> AirbyteTracedException:
    """Return the error for an answer with status 200 that is not AFAS's."""
    return transient_error(
        f"{place(response_url, config)}: {what} where AFAS's REST service would answer with JSON of its own; something "
        f"else answers at {config.get('base_url')}: check `base_url`, and a proxy in between."
    )


def place(url: str, config: Config) -> str:
    """Return where something happened: the GetConnector that a request was about, else the environment."""
    path = urlsplit(url).path
    for part in ("/connectors/", "/metainfo/get/"):
        _, found, name = path.partition(part)
        if found:
            return f"GetConnector {unquote(name)}"
    return environment.describe(config).capitalize()


def _own_words(response: requests.Response) -> str:
    body = _body(response)
    message = body.get("externalMessage") or body.get("message")
    if not isinstance(message, str) or not message:
        return ""
    reference = body.get("profitLogReference")
    return f' AFAS: "{message}"' + (f" (log reference {reference})." if reference else ".")


def _body(response: requests.Response) -> Mapping[str, Any]:
    try:
        body = json.loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} seconds"
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
