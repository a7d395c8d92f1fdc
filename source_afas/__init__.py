"""An Airbyte source for AFAS Profit: every GetConnector a stream."""

from typing import Any


def __getattr__(name: str) -> Any:
    """Offer `source_afas.SourceAfas`, where the CDK's tools look for it, without importing the CDK for the rest."""
    if name == "SourceAfas":
        from source_afas.source import SourceAfas

        return SourceAfas
    raise AttributeError(name)
