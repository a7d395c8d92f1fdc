"""The table of failures: what an answer of AFAS means when it is not what was asked for.

AFAS says most things with status 500 and a sentence in `externalMessage`, in the language of Accept-Language.
`FAILURES` is what we know of them, and of what stands between AFAS and us: whose fault it is, how often asking may
help, and what the user reads. The first that fits counts.
"""

import requests
from airbyte_cdk.models import FailureType

from source_afas.afas.errors import BodyTooLarge, NotServed, NotUnderstood, PageTooLarge, SentElsewhere
from source_afas.afas.failure import AGAIN, OFTEN, ONCE, Failure, asks_for_a_token, bearer, no_such_name, too_long
from source_afas.afas.words import Words, words_of

CONFIG, TRANSIENT = FailureType.config_error, FailureType.transient_error

FAILURES = (
    # Status 500 with a sentence: AFAS's functional errors
    Failure(
        CONFIG,
        ONCE,
        "add it to the app connector (Algemeen > Beheer > App connector), or give the token's user the right to it.",
        status=range(500, 600),
        says=("niet ondersteund voor deze app", "not supported for this app"),
        raised=NotServed,
    ),
    Failure(
        CONFIG,
        ONCE,
        "it is blocked in AFAS, by an administrator or by AFAS's fair use: unblock it under Algemeen > Uitvoer > "
        "Beheer > GetConnector.",
        status=range(500, 600),
        says=("is geblokkeerd", "is blocked"),
        raised=NotServed,
    ),
    Failure(
        CONFIG,
        ONCE,
        "its definition in AFAS no longer has a field that was asked for: refresh the schema, and correct `streams` "
        "where it names that field.",
        status=range(500, 600),
        says=("niet gevonden", "not found"),
    ),
    Failure(
        TRANSIENT,
        ONCE,
        "AFAS could not carry so much in one answer: set `page_size` lower, or give the GetConnector fewer fields.",
        status=range(500, 600),
        says=("out of string space", "out of memory", "outofmemory"),
        raised=PageTooLarge,
    ),
    Failure(
        TRANSIENT,
        ONCE,
        "AFAS needed more than its 900 seconds: set `page_size` lower, filter in `streams`, or simplify the "
        "GetConnector.",
        status=range(500, 600),
        says=("maximale tijdsduur", "command timeout expired"),
        raised=PageTooLarge,
    ),
    Failure(
        CONFIG,
        ONCE,
        "AFAS cannot read the token that was sent.",
        status=range(500, 600),
        says=("base64", "authorization", "autorisatie-header"),
    ),
    Failure(
        TRANSIENT,
        OFTEN,
        "AFAS's database is busy or full at the moment; it passes, or AFAS's support helps.",
        status=range(500, 600),
        says=("deadlock", "row lock", "vergrendeld", "disk space", "tempdb"),
    ),
    # The other statuses
    Failure(TRANSIENT, OFTEN, "AFAS is not available at the moment (503), {when}; see afasstatus.nl.", status=(503,)),
    Failure(TRANSIENT, OFTEN, "AFAS wants to be asked less often (429), {when}.", status=(429,)),
    Failure(
        TRANSIENT,
        OFTEN,
        "AFAS failed to answer (status {status}); if it goes on, ask AFAS's support.",
        status=(408, *range(500, 600)),
        raised=NotUnderstood,
    ),
    Failure(
        CONFIG,
        ONCE,
        "AFAS refuses the OAuth client for {environment} ({status}): compare `environment` and `environment_type`, "
        "and `credentials.client_id` and `credentials.client_secret` with the app connector's (Algemeen > Beheer > "
        "App connector), whose authentication type must be OAuth client credentials; a secret is shown once, so make "
        "a new one where it is lost.",
        status=(400, 401, 403),
        if_so=asks_for_a_token,
        where="",
    ),
    Failure(
        CONFIG,
        AGAIN,
        "AFAS refuses the OAuth token that it gave out itself for {environment} (401): are the app connector and its "
        "user still active (Algemeen > Beheer > App connector)?",
        status=(401,),
        if_so=lambda response: bearer(response) is not None,
        where="",
    ),
    Failure(
        CONFIG,
        ONCE,
        "AFAS refuses {token} for {environment} (401). A token opens one environment, and only while its app "
        "connector and its user are active: compare `environment` and `environment_type`, then paste the token again "
        "or generate a new one (Algemeen > Beheer > App connector, tab Gebruikerstokens).",
        status=(401,),
        where="",
    ),
    Failure(
        CONFIG,
        AGAIN,
        "AFAS refuses this machine's IP address for {environment} (403): the app connector allows only certain "
        "addresses. Add this one under Algemeen > Beheer > App connector.",
        status=(403,),
        where="",
    ),
    Failure(
        CONFIG,
        ONCE,
        "the request is too long for AFAS ({characters} of 2,049 characters): shorten the filters in `streams`.",
        status=(404,),
        if_so=too_long,
    ),
    Failure(
        CONFIG,
        ONCE,
        "AFAS knows no such address (404): check `environment` and `environment_type`, or `base_url` ({base_url}); "
        "its path ends in /ProfitRestServices as a rule.",
        status=(404,),
    ),
    Failure(
        TRANSIENT,
        ONCE,
        "AFAS could not carry so much in one answer (413): set `page_size` lower, or give the GetConnector fewer "
        "fields.",
        status=(413,),
        raised=PageTooLarge,
    ),
    Failure(
        TRANSIENT,
        OFTEN,
        "AFAS's front door answers 400; the server behind it may be unavailable.",
        status=(400,),
    ),
    Failure(
        CONFIG,
        ONCE,
        "{base_url} answers {status}, which AFAS's REST service does not: check `base_url`, and a proxy in between.",
        status=range(1000),
    ),
    # No answer. The exceptions' own texts hold URLs and more: they are not repeated.
    Failure(
        CONFIG,
        ONCE,
        "{host} does not prove to be who it says (TLS): check `base_url`; where a proxy or the server has a "
        "certificate of your own organisation's, name its authority's file in REQUESTS_CA_BUNDLE.",
        exception=(requests.exceptions.SSLError,),
        where="",
    ),
    Failure(
        CONFIG,
        AGAIN,
        "The proxy between this machine and {host} does not let the request through: check HTTPS_PROXY and what the "
        "proxy allows.",
        exception=(requests.exceptions.ProxyError,),
        where="",
    ),
    Failure(
        CONFIG,
        OFTEN,
        "There is no host {host}: check `environment` and `environment_type`, or `base_url`; and that this machine "
        "can look up names.",
        exception=(requests.exceptions.ConnectionError,),
        if_so=no_such_name,
        where="",
    ),
    Failure(
        CONFIG,
        ONCE,
        "{host} sends the request on to another address, which the credentials do not go to: check `base_url`.",
        exception=(SentElsewhere,),
        where="",
    ),
    Failure(
        CONFIG,
        ONCE,
        "{host} sends the request on without end: check `base_url`.",
        exception=(requests.exceptions.TooManyRedirects,),
        where="",
    ),
    Failure(
        CONFIG,
        ONCE,
        "`base_url` is not an address: {base_url}.",
        exception=(requests.exceptions.InvalidURL, requests.exceptions.MissingSchema),
        where="",
    ),
    Failure(
        TRANSIENT,
        ONCE,
        "the answer is larger than this machine is made to hold: set `page_size` lower, or take large fields, such as "
        "images and files, out of the GetConnector.",
        exception=(BodyTooLarge,),
        raised=PageTooLarge,
    ),
    # AFAS goes on with a query after we hung up; the same query at once would run beside it.
    Failure(
        TRANSIENT,
        ONCE,
        "{host} did not answer within {patience}. {then}",
        exception=(requests.exceptions.ReadTimeout,),
    ),
    Failure(
        TRANSIENT,
        OFTEN,
        "{host} broke its answer off: check the network, and a proxy in between; AFAS's own state is on afasstatus.nl.",
        exception=(requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError),
    ),
    Failure(
        TRANSIENT,
        OFTEN,
        "No connection to {host} ({exception}): check the network and `base_url`; AFAS's own state is on "
        "afasstatus.nl.",
        exception=(Exception,),
        where="",
    ),
)
"""Most specific first; the last one is any failure of the network."""


def failure_of(answer: requests.Response | Exception) -> tuple[Failure, Words]:
    """Return what an answer, or the lack of one, means, and its words."""
    words = words_of(answer) if isinstance(answer, requests.Response) else Words()
    return next(failure for failure in FAILURES if failure.fits(answer, words.message.lower())), words
