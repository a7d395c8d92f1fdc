"""The results as tables, for a terminal and for the page in docs."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

from benchmarks import comparison, latency
from benchmarks.measure import Run
from benchmarks.readers import BARE_LOOP

READERS = ("reader", "rows", "rows/s", "wall s", "CPU s", "peak MB", "wall ×", "CPU ×", "memory ×", "yields")
LOADS = ("reader", "rows", "wall s", "of the loop", "CPU s", "peak MB", "states", "largest state")
PROMISED_PEAK_MB = 250
LEFT = ("reader", "yields")


@dataclass
class Results:
    """A table of cells, and what is to be said about it."""

    title: str
    columns: tuple[str, ...]
    rows: list[list[str]]
    notes: list[str]
    failed: bool
    """Whether a reader did not do its work; one that cannot be installed here has not failed."""

    def for_a_terminal(self) -> Table:
        """Return the table as rich prints it."""
        table = Table(title=self.title, caption="\n".join(self.notes), caption_justify="left", title_justify="left")
        for column in self.columns:
            table.add_column(column, justify="left" if column in LEFT else "right", no_wrap=column != "reader")
        for row in self.rows:
            table.add_row(*row)
        return table

    def for_a_page(self) -> str:
        """Return the table in Markdown."""
        rules = [":--" if column in LEFT else "--:" for column in self.columns]
        lines = [self.columns, rules, *self.rows]
        table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return "\n\n".join([f"{self.title}.", table, *self.notes])


def of_readers(lines: Sequence[comparison.Line], slow_consumer: Run | str | None) -> Results:
    """Set each reader beside the bare loop on as many rows."""
    bare = {line.rows: line.result for line in lines if line.reader is BARE_LOOP}
    rows = [_reader(line, bare.get(line.rows)) for line in lines]
    notes = ["×: beside the bare loop on as many rows."]
    if len(bare) > 1:
        notes.append(f"The slow and the large ones were measured on {min(bare):,} rows; rows/s and × are per row.")
    notes += [f"{line.reader.title}: {line.fault}." for line in lines if line.fault]
    failed = isinstance(slow_consumer, str) or any(line.fault.startswith("failed") for line in lines)
    if slow_consumer:
        notes.append(_slow_consumer(slow_consumer))
    return Results(
        "A GetConnector of 30 fields, from a server that costs next to nothing", READERS, rows, notes, failed
    )


def _reader(line: comparison.Line, bare: Run | None) -> list[str]:
    if not (run := line.result):
        return [line.reader.title, f"{line.rows:,}", *["–"] * 7, line.reader.yields]
    ratios = ["–"] * 3
    if bare:
        ratios = [
            f"{run.seconds / bare.seconds:.2f}",
            f"{run.processor_seconds / bare.processor_seconds:.2f}",
            f"{run.peak_mb / bare.peak_mb:.2f}",
        ]
    return [line.reader.title, f"{line.rows:,}", *_speed(run), *_cost(run), *ratios, line.reader.yields]


def _speed(run: Run) -> list[str]:
    return [f"{round(run.rows_per_second, -2):,.0f}", f"{run.seconds:.1f}"]


def _cost(run: Run) -> list[str]:
    return [f"{run.processor_seconds:.1f}", f"{run.peak_mb:,.0f}"]


def _slow_consumer(run: Run | str) -> str:
    reader = f"source-afas, its lines read at {comparison.SLOW_CONSUMER / 1e6:.0f} MB a second"
    if isinstance(run, str):
        return f"{reader}: {run}."
    verdict = "below" if run.peak_mb < PROMISED_PEAK_MB else "NOT below"
    peak = f"peak {run.peak_mb:.0f} MB, {verdict} the promised {PROMISED_PEAK_MB}"
    return f"{reader}: {run.rows:,} rows in {run.seconds:.0f} seconds, {peak}."


def of_loads(lines: Sequence[latency.Line], entries: int) -> Results:
    """Set the source's first loads beside the loop's."""
    loop, faults = lines[0].result, [f"{line.title}: {line.fault}." for line in lines if line.fault]
    rows = []
    for line in lines:
        if not (run := line.result):
            rows.append([line.title, f"{entries:,}", *["–"] * 6])
            continue
        of_loop = f"{run.seconds / loop.seconds:.2f}" if loop else "–"
        states = [f"{run.states:.0f}", f"{run.largest_state:,.0f} B"] if run.states else ["–", "–"]
        rows.append([line.title, f"{run.rows:,}", f"{run.seconds:.1f}", of_loop, *_cost(run), *states])
    return Results(f"{latency.GET_CONNECTOR} from the sandbox; {latency.TITLE}", LOADS, rows, faults, bool(faults))
