"""dlt's REST source: to its own intermediate files (`extract`), or further, to jsonl files on disk (`run`).

It would compress the files; without that it is twice as fast, and the others do not compress either.
"""

import itertools
import os
import sys
from pathlib import Path

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["DATA_WRITER__DISABLE_COMPRESSION"] = "true"

import dlt
from dlt.sources.rest_api import rest_api_source


def main(base_url: str, get_connector: str, order: str, take: int, step: str, folder: Path) -> None:
    """Read a GetConnector into files, and say how many rows they hold."""
    source = rest_api_source(
        {
            "client": {
                "base_url": f"{base_url}/connectors/",
                "headers": {"Authorization": "AfasToken " + "0" * 64},
                "paginator": {
                    "type": "offset",
                    "limit": take,
                    "offset_param": "skip",
                    "limit_param": "take",
                    "total_path": None,
                    "stop_after_empty_page": True,
                },
            },
            "resources": [
                {
                    "name": "entries",
                    "endpoint": {"path": get_connector, "params": {"orderbyfieldids": order}, "data_selector": "rows"},
                }
            ],
        }
    )
    landed = folder / "landed"
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(folder),
        destination=dlt.destinations.filesystem(bucket_url=landed.as_uri()),
        dataset_name="bench",
    )
    if step == "extract":
        steps = itertools.chain(*pipeline.extract(source).metrics.values())
        print(sum(m["table_metrics"]["entries"].items_count for m in steps if "entries" in m["table_metrics"]))
    else:
        pipeline.run(source, loader_file_format="jsonl")
        print(sum(lines(file) for file in (landed / "bench" / "entries").glob("*.jsonl")))


def lines(file: Path) -> int:
    """Count the lines of a file."""
    with file.open("rb") as opened:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: opened.read(1 << 20), b""))


if __name__ == "__main__":
    main(*sys.argv[1:4], take=int(sys.argv[4]), step=sys.argv[5], folder=Path(sys.argv[6]))
