"""What the command at hand wants of the components that the CDK makes from the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from source_afas.afas.forms import Forms


@dataclass
class Command:
    """The command that runs, as far as it changes how AFAS is asked."""

    checking: bool = False
    """`check`: somebody is waiting, so a row is enough, and a failed request is repeated only once, and soon."""
    writes_pages: bool = False
    """Rows go to standard output, which takes a page at a time."""
    forms: Forms = field(default_factory=Forms)
    """What has been learned of how AFAS takes filters."""
    metainfo: dict[str, Any] = field(default_factory=dict)
    """AFAS's answers to /metainfo and /metainfo/get/{id}, by path: a command asks each of them once."""


class Configuration(dict[str, Any]):
    """The user's settings, and the command that they are for. No setting can change the command."""

    def __init__(self, settings: Mapping[str, Any], command: Command) -> None:
        super().__init__(settings)
        self.command = command

    def with_settings(self, **settings: Any) -> "Configuration":
        """Return the configuration with other values for some settings."""
        return Configuration({**self, **settings}, self.command)


def command_of(config: Mapping[str, Any]) -> Command:
    """Return the command that a configuration is for; one that wants nothing special for plain settings."""
    return config.command if isinstance(config, Configuration) else Command()
