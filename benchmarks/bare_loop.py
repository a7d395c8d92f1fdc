"""The yardstick: requests and orjson, one page after the other, printing the lines that an Airbyte source prints."""

import sys
import time

import orjson
import requests


def main(
    base_url: str, get_connector: str, order: str, take: int, authorization: str = "AfasToken " + "0" * 64
) -> None:
    """Read a GetConnector to standard output, as people do by hand: skip and take."""
    session, skip = requests.Session(), 0
    while True:
        answer = session.get(
            f"{base_url}/connectors/{get_connector}",
            params={"skip": skip, "take": take, "orderbyfieldids": order},
            headers={"Authorization": authorization},
            timeout=960,
        )
        answer.raise_for_status()
        rows = orjson.loads(answer.content)["rows"]
        emitted_at = int(time.time() * 1000)
        for row in rows:
            record = {"stream": get_connector, "data": row, "emitted_at": emitted_at}
            sys.stdout.buffer.write(orjson.dumps({"type": "RECORD", "record": record}) + b"\n")
        if len(rows) < take:
            return
        skip += take


if __name__ == "__main__":
    base_url, get_connector, order, take, *authorization = sys.argv[1:]
    main(base_url, get_connector, order, int(take), *authorization)
