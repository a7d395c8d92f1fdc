"""An Airbyte source for AFAS Profit: every GetConnector a stream.

`source.py` is the source, and `manifest.yaml` declares it. Below it lie the wings, each of which says in its own
`__init__.py` where to begin: `afas` (asking AFAS), `reading` (rows, page after page), `tracking` (deleted and
renumbered). Above it lie the commands: `command_line` (Airbyte's), `singer` (`tap-afas`) and `people` (`afas`).
"""

from typing import Any


def __getattr__(name: str) -> Any:
    """Offer `source_afas.SourceAfas`, where the CDK's tools look for it, without importing the CDK for the rest."""
    if name == "SourceAfas":
        from source_afas.source import SourceAfas

        return SourceAfas
    raise AttributeError(name)
