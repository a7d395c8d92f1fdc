"""What a probe says: a table for a person, and a report that can be sent to the project."""

import json
import os
import sys
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from source_afas.afas.errors import config_error
from source_afas.people.facts import Fact
from source_afas.people.finding import Finding
from source_afas.people.looking import MOST_REQUESTS, Looking
from source_afas.reading.describe import standard_get_connectors

ABOUT = (
    "What `afas probe` of source-afas found of an AFAS Profit: which facts that the source counts on hold there. It "
    "holds facts and counts; no value of a row, no name of your own and no secret. It is made to be sent in: attach it "
    "to an issue of this project."
)

_COLORS = {"holds": "green", "does not hold": "bold red", "could not be seen": "dim"}

Findings = Mapping[Fact, Finding]


def show(findings: Findings, looking: Looking) -> None:
    """Print what was found: as a table at a terminal, else a line for each fact."""
    console = Console(highlight=False, soft_wrap=True) if not sys.stdout.isatty() else Console(highlight=False)
    if console.is_terminal:
        grid = Grid(title="Is this AFAS as expected?", title_justify="left", show_lines=True)
        for name in ("Fact", "Found", "Seen"):
            grid.add_column(name, overflow="fold", min_width=len("could not be seen") if name == "Found" else None)
        for fact, finding in findings.items():
            grid.add_row(Text(fact.says), Text(finding.verdict, _COLORS[finding.verdict]), Text(finding.words))
        console.print(grid)
    else:
        for fact, finding in findings.items():
            print(f"{finding.verdict:<18} {fact.id}: {finding.words}")
    console.print(Text(meaning(findings, looking)))


def meaning(findings: Findings, looking: Looking) -> str:
    """Return what it means."""
    number = {verdict: sum(f.verdict == verdict for f in findings.values()) for verdict in _COLORS}
    counted = (
        f"{number['holds']} of {len(findings)} facts hold, {number['does not hold']} do not, "
        f"{number['could not be seen']} could not be seen; {looking.counted.sent} requests to "
        f"{len(looking.tables)} GetConnectors."
    )
    if not number["does not hold"]:
        return f"{counted} This AFAS is as expected, as far as could be seen."
    guards = [f"- {fact.id}: {fact.guard}." for fact, finding in findings.items() if finding.verdict == "does not hold"]
    return "\n".join([f"{counted} Where a fact does not hold, a read does this:", *guards])


def write(path: str, findings: Findings, looking: Looking) -> None:
    """Write the report, for its owner's eyes alone. Raises a configuration error where it cannot be written."""
    text = json.dumps(content(findings, looking), indent=2, ensure_ascii=False) + "\n"
    try:
        if os.path.isfile(path):
            os.unlink(path)  # an older one that others may read
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise config_error(f"--report {path} cannot be written: {error.strerror}.") from None
    print(
        f"The report is in {path}. It holds facts and counts, no value of yours: attach it to an issue of this project."
    )


def content(findings: Findings, looking: Looking) -> dict[str, Any]:
    """Return the report: words that are this program's own, and numbers."""
    return {
        "about": ABOUT,
        "date": date.today().isoformat(),
        "source_afas": version("airbyte-source-afas"),
        "airbyte_cdk": version("airbyte-cdk"),
        "requests": looking.counted.sent,
        "most_requests": MOST_REQUESTS,
        "get_connectors": {
            "open": len(looking.app_connector.get_connectors),
            "refused": looking.refused,
            "looked_at": [
                {
                    "name": table.name if table.name in standard_get_connectors() else f"GetConnector {number}",
                    "rows_seen": len(table.rows),
                    "full_page": not table.is_whole,
                    "fields": len(table.described.fields),
                    "has_a_key": bool(table.described.primary_key),
                    "has_a_cursor": bool(table.described.cursor_field),
                }
                for number, table in enumerate(looking.tables, 1)
            ],
        },
        "facts": [
            {
                "id": fact.id,
                "fact": fact.says,
                "grade": fact.grade,
                "found": finding.verdict,
                "seen": finding.words,
                **({"counts": dict(finding.counts)} if finding.counts else {}),
            }
            for fact, finding in findings.items()
        ],
    }
