"""What the demo shows, within 80 columns."""

import sys
import textwrap

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

INDENT = 10

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 80)


def say(label: str, text: str) -> None:
    """Print a sentence behind its label."""
    lines = textwrap.fill(text, console.width, initial_indent=" " * INDENT, subsequent_indent=" " * INDENT)
    console.print(Text.assemble((label.ljust(INDENT), "bold"), lines[INDENT:]))


def tell(text: str) -> None:
    """Print a sentence."""
    console.print(textwrap.fill(text, console.width), markup=False)


def table_of(*columns: str, numbers: tuple[str, ...] = (), title: str | None = None) -> Table:
    """Return an empty table that fits in 80 columns, and cuts no number where it does not."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        right = column in numbers
        table.add_column(column, justify="right" if right else "left", no_wrap=right, overflow="fold")
    return table
