"""The measured parts of docs/performance.md, and its plot; the rest of the page is written by hand."""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.comparison import Line
from benchmarks.environments import PLOT, NotInstalledError
from benchmarks.readers import BARE_LOOP, CEILING
from benchmarks.report import Results

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "performance.md"


def write_readers(results: Results, lines: Sequence[Line], rounds: int) -> None:
    """Write the table of readers, what they ran on and with which versions, and the plot."""
    titles: dict[str, list[str]] = {}
    for line in lines:
        if line.versions and line.reader.title not in titles.setdefault(line.versions, []):
            titles[line.versions].append(line.reader.title)
    versions = "\n".join(f"- {'; '.join(same)}: {version}" for version, same in titles.items())
    medians = "one run each" if rounds == 1 else f"medians of {rounds} runs"
    about = f"{date.today():%-d %B %Y}, {medians}, on {machine()}."
    _replace("readers", "\n\n".join([about, results.for_a_page(), "Versions:", versions]))
    try:
        _plot(lines)
    except NotInstalledError as reason:
        print(f"The plot stays as it was: {reason}", file=sys.stderr)


def write_loads(results: Results) -> None:
    """Write the table of loads with latency."""
    _replace("latency", f"{date.today():%-d %B %Y}, on {machine()}.\n\n{results.for_a_page()}")


def machine() -> str:
    """Say what the numbers were measured on."""
    described = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"^model name\s*: (.+)$", described, re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = platform.platform()
    cpu = model[1].strip() if model else platform.machine()
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GB, {system}, Python {platform.python_version()}"


def _replace(part: str, text: str) -> None:
    begin, end = f"<!-- {part}: written by python -m benchmarks --write -->", f"<!-- end of {part} -->"
    before, _, rest = PAGE.read_text().partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{PAGE} has no place for the {part}")
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")


def _plot(lines: Sequence[Line]) -> None:
    loops = [line.rows for line in lines if line.reader is BARE_LOOP]
    bars = [
        {
            "title": line.reader.title if line.rows == max(loops) else f"{line.reader.title} *",
            "rows_per_second": line.result.rows_per_second,
            "kind": "ours" if line.reader.ours else "yardstick" if line.reader is BARE_LOOP else "other",
        }
        for line in lines
        if line.result and line.reader is not CEILING and not (line.reader is BARE_LOOP and line.rows < max(loops))
    ]
    title = f"A GetConnector of {max(loops):,} rows × 30 fields, from a local server without latency"
    note = f"* on {min(loops):,} rows" if min(loops) < max(loops) else ""
    asked = json.dumps({"title": title, "note": note, "bars": bars})
    script = Path(__file__).with_name("plot.py")
    subprocess.run([PLOT.interpreter(), script, DOCS / "performance.svg"], input=asked, text=True, check=True)
