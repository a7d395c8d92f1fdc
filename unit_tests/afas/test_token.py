from base64 import b64encode

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_afas.afas.token import authorization

DIGITS = "0123456789ABCDEF" * 4
XML = f"<token><version>1</version><data>{DIGITS}</data></token>"
BASE64 = b64encode(XML.encode()).decode()


@pytest.mark.parametrize(
    "pasted",
    [
        pytest.param(XML, id="as-profit-shows-it"),
        pytest.param(XML + "\r\n", id="with-the-line-end-it-was-copied-with"),
        pytest.param(f"<token> <version>1</version>\n  <data>{DIGITS}</data> </token>", id="with-spaces-within"),
        pytest.param(XML.replace(DIGITS, DIGITS.lower()), id="in-small-letters"),
        pytest.param(f"<token><data>{DIGITS}</data></token>", id="without-its-version"),
        pytest.param(DIGITS, id="digits-alone-which-are-valid-base64-too"),
        pytest.param(f"  {DIGITS[:32]}\n{DIGITS[32:]} ", id="digits-broken-over-lines"),
        pytest.param(BASE64, id="base64-as-other-products-want-it"),
        pytest.param(f"AfasToken {BASE64}", id="as-it-stands-in-a-request"),
        pytest.param(f'"Authorization": "AfasToken {BASE64}",', id="a-line-of-somebody-s-code"),
        pytest.param(f"Authorization: AfasToken {BASE64}\r\n", id="a-header"),
        pytest.param(f"'{XML}'", id="in-quotes"),
        pytest.param(f"“{DIGITS}”", id="in-quotes-of-a-word-processor"),
        pytest.param(f"<data>{DIGITS}</data>", id="data-alone"),
        pytest.param(XML.replace("<", "&lt;").replace(">", "&gt;"), id="as-a-web-page-holds-it"),
        pytest.param(BASE64.rstrip("="), id="base64-without-its-end"),
        pytest.param(b64encode(f"{XML}\r\n".encode()).decode(), id="base64-of-it-with-a-line-end"),
    ],
)
def test_all_forms_of_a_token_make_the_same_header(pasted):
    assert authorization(pasted) == f"AfasToken {BASE64}"


@pytest.mark.parametrize(
    "pasted",
    [
        pytest.param(XML.replace("0", "X", 1), id="a-letter-that-is-no-digit"),
        pytest.param(DIGITS[:-1], id="a-digit-short"),
        pytest.param(f"{DIGITS}0", id="a-digit-too-many"),
        pytest.param("", id="nothing"),
        pytest.param(b64encode(b"\xff\xfe").decode(), id="base64-of-no-text"),
        pytest.param("a very secret passphrase", id="something-else"),
    ],
)
def test_what_is_no_token_is_refused_without_being_repeated(pasted):
    with pytest.raises(AirbyteTracedException) as refused:
        authorization(pasted)

    said = f"{refused.value.message}{refused.value.internal_message}"
    assert "`credentials.token`" in said
    assert "".join(pasted.split()) not in said or not pasted
