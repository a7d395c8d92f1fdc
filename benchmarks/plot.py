"""Draws rows per second as bars, from what it is told on standard input; runs in an environment of its own."""

import json
import sys
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot
from matplotlib.ticker import FuncFormatter

COLOURS = {"ours": "#1f6f8b", "other": "#b9bfc6", "yardstick": "#6b7480"}
MEANINGS = {"ours": "source-afas", "yardstick": "the yardstick", "other": "other clients"}


def main(path: str, title: str, note: str, bars: list[dict[str, Any]]) -> None:
    """Draw the fastest on top."""
    matplotlib.rcParams |= {"svg.hashsalt": "source-afas", "font.size": 10}
    bars = sorted(bars, key=lambda bar: bar["rows_per_second"])
    figure, axes = pyplot.subplots(figsize=(9, 1.3 + 0.42 * len(bars)), layout="constrained")
    for kind, colour in COLOURS.items():
        of_kind = [(n, bar["rows_per_second"]) for n, bar in enumerate(bars) if bar["kind"] == kind]
        if of_kind:
            drawn = axes.barh(*zip(*of_kind, strict=True), height=0.62, color=colour, label=MEANINGS[kind])
            axes.bar_label(drawn, labels=[f"{round(value, -2):,.0f}" for _, value in of_kind], padding=4)
    axes.set_yticks(range(len(bars)), [bar["title"] for bar in bars])
    axes.set_xlabel("rows per second, the start of the process included" + (f"      {note}" if note else ""))
    axes.set_title(title, loc="left", fontsize=11)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlim(right=max(bar["rows_per_second"] for bar in bars) * 1.12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="lower right", frameon=False)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main(sys.argv[1], **json.load(sys.stdin))
