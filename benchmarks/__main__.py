"""`python -m benchmarks`: what a large GetConnector costs, with this source and with other readers."""

import argparse
import sys

from rich.console import Console

from benchmarks import comparison, latency, page, report
from benchmarks.measure import Run
from benchmarks.readers import BARE_LOOP, READERS


def main() -> None:
    """Measure what is asked for, and print it; write it too, unless a reader failed."""
    arguments = _arguments()
    console = Console(width=max(116, Console().width) if sys.stdout.isatty() else 140)
    failed = False
    if arguments.part in ("all", "readers"):
        lines = _compared(arguments)
        results = report.of_readers(lines, _beside_a_slow_consumer(arguments))
        console.print(results.for_a_terminal())
        failed |= results.failed
        if arguments.write and not results.failed:
            page.write_readers(results, lines, arguments.rounds)
    if arguments.part in ("all", "latency"):
        results = report.of_loads(latency.loads(arguments.entries), arguments.entries)
        console.print(results.for_a_terminal())
        failed |= results.failed
        if arguments.write and not results.failed:
            page.write_loads(results)
    sys.exit(failed)


def _compared(arguments: argparse.Namespace) -> list[comparison.Line]:
    few = min(arguments.rows, arguments.rows_slow)
    rows_of = {reader: few if reader.slow else arguments.rows for reader in arguments.only}
    lines = []
    for rows in sorted(set(rows_of.values()), reverse=True):
        group = [reader for reader in READERS if reader is BARE_LOOP or rows_of.get(reader) == rows]
        lines += comparison.compared(group, rows, arguments.rounds)
    return lines


def _beside_a_slow_consumer(arguments: argparse.Namespace) -> Run | str | None:
    ours = [reader for reader in arguments.only if reader.ours]
    return comparison.beside_a_slow_consumer(ours[0], arguments.rows) if ours else None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="?", choices=["all", "readers", "latency"], default="all")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the GetConnector without latency")
    parser.add_argument(
        "--rows-slow", type=int, default=200_000, help="for readers that are slow or hold everything in memory"
    )
    parser.add_argument("--rounds", type=int, default=1, help="of the readers; the medians are shown")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[reader.name for reader in READERS])
    parser.add_argument("--entries", type=int, default=1_000_000, help="of the GetConnector with latency")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and its plot")
    arguments = parser.parse_args()
    if arguments.write and arguments.only:
        parser.error("--write needs all readers")
    arguments.only = [reader for reader in READERS if not arguments.only or reader.name in arguments.only]
    return arguments


if __name__ == "__main__":
    main()
