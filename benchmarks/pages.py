"""A GetConnector of many rows, ready to be sent: `python -m benchmarks.pages --rows 1000000`.

What a reader costs shows only where the server costs next to nothing. So the rows are rendered once, side by side in
one text, and an answer is a piece cut from it. The rows lie in the order of the key and of their times alike, which
makes any query of the readers measured here, a skip or a filter on one of the two, a search in a sorted column.
"""

import argparse
import bisect
import json
import random
import sys
import threading
from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

GET_CONNECTOR = "Bench_Entries"
TYPES = {
    "EntryId": "int",
    "AdministrationId": "int",
    "Year": "int",
    "Period": "int",
    "JournalId": "string",
    "EntryNo": "int",
    "SeqNo": "int",
    "AccountNo": "string",
    "AccountName": "string",
    "EntryDate": "date",
    "VoucherDate": "date",
    "VoucherNo": "string",
    "InvoiceId": "string",
    "DebtorId": "string",
    "CreditorId": "string",
    "Description": "string",
    "Remark": "string",
    "AmtDebit": "decimal",
    "AmtCredit": "decimal",
    "AmtVat": "decimal",
    "Quantity": "decimal",
    "Rate": "decimal",
    "CurrencyId": "string",
    "VatCode": "string",
    "CostCentre": "string",
    "Project": "string",
    "Blocked": "boolean",
    "Processed": "boolean",
    "Created": "date",
    "Modified": "date",
}
BEGIN = datetime(2019, 1, 1)


def rows(number: int) -> Iterator[bytes]:
    """Yield rows as AFAS writes them, 30 mixed fields of some 700 bytes, in the order of `EntryId` and `Modified`."""
    rendered = [_pattern(random.Random(seed)) for seed in range(997)]
    for entry in range(number):
        yield (rendered[entry % 997] % (entry + 1, entry // 3, _time(entry))).encode()


def _time(entry: int) -> str:
    return (BEGIN + timedelta(seconds=entry * 150)).isoformat() + "Z"


def _pattern(of: random.Random) -> str:
    """Return a row, but for its key, its number and the time of its last change."""
    day = BEGIN + timedelta(days=of.randrange(2500))
    amount = of.choice([f"{of.randrange(10**6)}.{of.randrange(10, 100)}", f"{of.randrange(10**4)}", "0"])
    debit = of.random() < 0.5
    row = {
        "EntryId": "%d",
        "AdministrationId": of.randrange(1, 8),
        "Year": day.year,
        "Period": day.month,
        "JournalId": of.choice(["20", "50", "70", "90"]),
        "EntryNo": "%d",
        "SeqNo": of.randrange(1, 12),
        "AccountNo": str(of.randrange(1000, 9999)),
        "AccountName": of.choice(["Debiteuren", "Te vorderen btw", "Omzet dienstverlening", "Kosten – algemeen"]),
        "EntryDate": day.isoformat() + "Z",
        "VoucherDate": of.choice([None, day.isoformat() + "Z"]),
        "VoucherNo": f"S{of.randrange(10**9):09}",
        "InvoiceId": of.choice([None, str(of.randrange(10**8))]),
        "DebtorId": of.choice([None, str(of.randrange(10000, 99999))]),
        "CreditorId": of.choice([None, str(of.randrange(10000, 99999))]),
        "Description": of.choice(
            ["Factuur café 'Zürich' €", 'Korting "zomer"\\najaar', "Memoriaal; correctie, btw", "Betaling 😀"]
        )
        + f" {of.randrange(10**6)}",
        "Remark": of.choice([None, "Regel één\r\nregel twee\tmet een tab", "Zie bijlage. " * of.randrange(1, 6)]),
        "AmtDebit": amount if debit else "0",
        "AmtCredit": "0" if debit else amount,
        "AmtVat": f"{of.randrange(10**4)}.{of.randrange(10)}",
        "Quantity": f"{of.randrange(100)}",
        "Rate": f"{of.randrange(3)}.{of.randrange(10**10):010}",
        "CurrencyId": "EUR",
        "VatCode": of.choice([None, "1", "2"]),
        "CostCentre": of.choice([None, f"K{of.randrange(100):03}"]),
        "Project": of.choice([None, f"P{of.randrange(10**4)}"]),
        "Blocked": of.random() < 0.1,
        "Processed": of.random() < 0.9,
        "Created": day.isoformat() + "Z",
        "Modified": "%s",
    }
    bare = {"EntryId", "EntryNo"} | {field for field, kind in TYPES.items() if kind == "decimal"}
    fields = (
        f'"{field}":{value if field in bare else json.dumps(value, ensure_ascii=False)}' for field, value in row.items()
    )
    return "{" + ",".join(fields) + "}"


class Answers:
    """What the server has to say."""

    def __init__(self, number: int) -> None:
        self.number = number
        text, self._ends = bytearray(), array("q")
        for row in rows(number):
            text += row + b","
            self._ends.append(len(text))
        self._text = memoryview(text)

    def metainfo(self) -> bytes:
        """Return the answer to /metainfo."""
        info = {"envid": "O12345AA", "appName": "Bench", "group": "Bench", "tokenExpiry": "0"}
        listed = [{"id": GET_CONNECTOR, "description": "Entries"}]
        return json.dumps({"updateConnectors": [], "getConnectors": listed, "info": info}).encode()

    def fields(self) -> bytes:
        """Return the answer to /metainfo/get/…."""
        fields = [
            {"id": field, "fieldId": f"U{n:03}", "dataType": kind, "label": field, "length": 80, "controlType": 1}
            | {"decimals": 0, "decimalsFieldId": ""}
            for n, (field, kind) in enumerate(TYPES.items(), 1)
        ]
        return json.dumps({"name": GET_CONNECTOR, "description": "Entries", "fields": fields}).encode()

    def page(self, query: dict[str, str]) -> Sequence[bytes | memoryview]:
        """Return the pieces of a page."""
        first, end = self._found(query)
        skip, take = max(0, int(query.get("skip", 0))), int(query.get("take", 100))
        from_, to = min(first + skip, end), min(first + skip + take, end) if take >= 0 else end
        start = self._ends[from_ - 1] if from_ else 0
        stop = self._ends[to - 1] - 1 if to > from_ else start
        return b'{"skip":%d,"take":%d,"rows":[' % (skip, take), self._text[start:stop], b"]}"

    def _found(self, query: dict[str, str]) -> tuple[int, int]:
        """Return the first of the rows that a filter finds, and the one after its last."""
        lists = [query.get(name, "").split(";") for name in ("filterfieldids", "filtervalues", "operatortypes")]
        if lists[0] == [""]:
            return 0, self.number
        groups = [
            [self._range(*condition) for condition in zip(*(part.split(",") for part in group), strict=True)]
            for group in zip(*lists, strict=True)
        ]
        found = [(max(first for first, _ in group), min(end for _, end in group)) for group in groups]
        # What alternatives find lies side by side: nothing is empty here.
        found = [(first, end) for first, end in found if first < end] or [(0, 0)]
        return min(first for first, _ in found), max(end for _, end in found)

    def _range(self, field: str, value: str, operator: str) -> tuple[int, int]:
        column: Callable[[int], Any]
        wanted: Any
        everything, nothing = (0, self.number), (0, 0)
        if operator in ("8", "9"):  # whatever stands beside it
            return nothing if operator == "8" else everything
        if field == "EntryId":
            column, wanted = (lambda entry: entry + 1), int(value)
        elif field == "Modified":
            column, wanted = (lambda entry: _time(entry)[:-1]), value
        else:
            raise ValueError(f"no filter on {field} here")
        begin = bisect.bisect_left(range(self.number), wanted, key=column)
        after = bisect.bisect_right(range(self.number), wanted, key=column)
        return {
            "1": (begin, after),
            "2": (begin, self.number),
            "3": (0, after),
            "4": (after, self.number),
            "5": (0, begin),
        }[operator]


class Handler(BaseHTTPRequestHandler):
    """Answers one connection, request after request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    answers: Answers

    def do_GET(self) -> None:
        """Answer one request."""
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        path = url.path.removeprefix("/ProfitRestServices")
        if path == "/metainfo":
            self._send(self.answers.metainfo())
        elif path == f"/metainfo/get/{GET_CONNECTOR}":
            self._send(self.answers.fields())
        elif path == f"/connectors/{GET_CONNECTOR}":
            self._send(*self.answers.page(query))
        else:
            self.send_error(404)

    def _send(self, *pieces: bytes | memoryview) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(sum(map(len, pieces))))
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Render the rows, say where they are to be had, and serve them until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    Handler.answers = Answers(arguments.rows)
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/ProfitRestServices", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
