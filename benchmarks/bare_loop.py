"""The yardstick: requests and orjson, one page after the other, printing the lines that an Airbyte source prints."""

import sys
import time

import orjson
import requests


def main(base_url: str, get_connector: str, order: str, take: int) -> None:
    """Read a GetConnector to standard output."""
    session, skip = requests.Session(), 0
    while True:
        answer = session.get(
            f"{base_url}/connectors/{get_connector}",
            params={"skip": skip, "take": take, "orderbyfieldids": order},
            headers={"Authorization": "AfasToken " + "0" * 64},
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
    main(*sys.argv[1:4], take=int(sys.argv[4]))
