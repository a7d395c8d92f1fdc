"""cmo-nnect: a GetConnector as a DataFrame; says how many rows it holds."""

import sys
from typing import Any

import requests
from cmo_nnect import afasprofit


def main(base_url: str, get_connector: str, order: str, take: int) -> None:
    """Read a GetConnector into a DataFrame.

    The host is written into cmo-nnect, so its requests are sent to another one on their way.
    """
    get = requests.get

    def get_from_here(url: str, **arguments: Any) -> requests.Response:
        return get(url.replace("https://12345.rest.afas.online/ProfitRestServices", base_url), **arguments)

    requests.get = get_from_here
    afas = afasprofit(profit_token="0" * 64, company_id=12345)
    frame = afas.get_data(get_connector, take=take, order_by=order, order_type="asc")
    print(len(frame))


if __name__ == "__main__":
    main(*sys.argv[1:4], take=int(sys.argv[4]))
