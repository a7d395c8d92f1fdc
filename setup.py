"""The package: what it needs, and the commands it installs."""

import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

# The CDK has several releases a month. All tests pass from the oldest on; the newest is the one that development, the
# image and the catalogue have.
OLDEST_CDK = "7.11.0"
NEWEST_CDK = "7.39.1"

PAGE = Path(__file__).parent / "docs" / "pypi.md"


class BuildAnew(build_py):
    """Without what an earlier build left in `build`: setuptools would put it into the wheel."""

    def run(self) -> None:
        """Build."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


setup(
    name="airbyte-source-afas",
    version="0.3.0",
    description="Airbyte source for AFAS Profit: every GetConnector a stream, exact and complete.",
    long_description=PAGE.read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    project_urls={"Documentation": "https://docs.airbyte.com/integrations/sources/afas"},
    keywords=["AFAS", "AFAS Profit", "Airbyte", "GetConnector", "Meltano", "Singer"],
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Environment :: Console",
        "Intended Audience :: Developers",
        "Intended Audience :: Financial and Insurance Industry",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Database",
        "Topic :: Office/Business :: Financial :: Accounting",
        "Typing :: Typed",
    ],
    python_requires=">=3.10,<3.15",
    cmdclass={"build_py": BuildAnew},
    packages=find_packages(include=["source_afas", "source_afas.*"]),
    package_data={"source_afas": ["*.yaml", "*/*.yaml", "py.typed"]},
    # The CDK needs orjson, pydantic, isodate, PyYAML and rich itself, in all of these releases.
    install_requires=[
        f"airbyte-cdk>={OLDEST_CDK},<8",
        "requests",
        "jsonschema",
        "msgspec>=0.19,<1",  # cuts a page into rows, checked and untouched, in a twentieth of the time of objects
    ],
    extras_require={
        "tested": [f"airbyte-cdk=={NEWEST_CDK}"],  # for whoever leaves nothing to chance, as the image does
        "dev": [
            f"airbyte-cdk[dev]=={NEWEST_CDK}",  # pytest as the CDK's standard tests want it
            "duckdb>=1.4,<3",  # where the demo lands rows, and tests look at them
            "rich>=13,<16",  # the demo's progress and tables
            "hypothesis>=6.150,<7",  # property tests
            "pytest-xdist>=3.8,<4",  # tests side by side
            "pytest-cov>=7,<8",  # which lines they reach, in CI's output
            "airbyte-connector-models==0.1.12; python_version < '3.13'",  # Airbyte's own model of metadata.yaml
            "build>=1.2,<2",  # make package
            "setuptools>=77",  # make catalog: builds the sandbox's wheel without a network
            "ruff==0.17.6",
            "mypy==2.4.1",
            "import-linter==2.6",  # imports run one way
            "types-PyYAML",
            "types-requests",
            "types-jsonschema",
        ],
    },
    entry_points={
        "console_scripts": [
            "source-afas=source_afas.command_line.run:run",
            "tap-afas=source_afas.singer.tap:main",
            "afas=source_afas.people.app:main",
        ]
    },
)
