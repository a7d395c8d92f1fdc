"""The CDK's schema of manifests. It reads it for each source; as a file of YAML that takes longer than most tests."""

from functools import cache

from airbyte_cdk.sources.declarative import concurrent_declarative_source as cdk

_NAMES = ("get_declarative_component_schema", "_get_declarative_component_schema")  # the second one in older releases


def read_once() -> None:
    """Have it read once for all sources of this process, and of those that are forked from it."""
    for name in _NAMES:
        if read := getattr(cdk, name, None):
            setattr(cdk, name, known := cache(read))
            known()
