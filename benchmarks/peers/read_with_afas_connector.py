"""afas-connector in the bare loop: its request and its parsing, and the lines that the bare loop prints.

It has no pages of its own: a take of -1, its default, asks for everything in one answer.
"""

import sys
import time

import orjson
from afas_connector import AfasConnector


def main(base_url: str, get_connector: str, order: str, take: int) -> None:
    """Read a GetConnector to standard output."""
    connector, skip = AfasConnector(connector_url=f"{base_url}/connectors", token="0" * 64), 0
    while True:
        if take == -1:
            status, answer = connector.get(get_connector, order_by=order)
        else:
            status, answer = connector.get(get_connector, take=take, skip=skip, order_by=order)
        if status != 200:
            sys.exit(f"{status} after {skip} rows")
        emitted_at = int(time.time() * 1000)
        for row in answer["rows"]:
            record = {"stream": get_connector, "data": row, "emitted_at": emitted_at}
            sys.stdout.buffer.write(orjson.dumps({"type": "RECORD", "record": record}) + b"\n")
        if take == -1 or len(answer["rows"]) < take:
            return
        skip += take


if __name__ == "__main__":
    main(*sys.argv[1:4], take=int(sys.argv[4]))
