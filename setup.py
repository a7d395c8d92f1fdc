"""The package: what it needs, and the commands it installs."""

import re
from pathlib import Path

from setuptools import find_packages, setup

# The CDK is pinned exactly: it has several releases a month, and this source builds on its internals
# (concurrent partitions, dynamic streams) where they hold no promise.
AIRBYTE_CDK = "7.39.1"

ROOT = Path(__file__).parent

# The sandbox is a development tool. A checkout installs it; the sdist (MANIFEST.in), of which the wheel of a release is
# made, and the image (Dockerfile) leave its folder out, so what is released holds the source alone.
commands = ["source-afas=source_afas.run:run", "tap-afas=source_afas.tap:main"]
if (ROOT / "afas_sandbox").is_dir():
    commands.append("afas-sandbox=afas_sandbox.cli:main")

# The image needs no README. On PyPI a link to another file of the checkout leads nowhere.
readme = (ROOT / "README.md").read_text(encoding="utf-8") if (ROOT / "README.md").exists() else ""
long_description = re.sub(r"\[([^]]+)\]\((?!https://)[^)]+\)", r"\1", readme)

setup(
    name="airbyte-source-afas",
    version="0.3.0",
    description="Airbyte source for AFAS Profit: every GetConnector a stream, exact and complete.",
    long_description=long_description,
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
    packages=find_packages(include=["source_afas", "source_afas.*", "afas_sandbox", "afas_sandbox.*"]),
    package_data={"source_afas": ["*.yaml", "py.typed"], "afas_sandbox": ["*.json", "*.yaml", "*.sql", "py.typed"]},
    # The CDK needs orjson, pydantic, isodate, PyYAML and rich itself: with its version pinned, they are there.
    install_requires=[
        f"airbyte-cdk=={AIRBYTE_CDK}",
        "requests",
        "jsonschema",
    ],
    extras_require={
        "dev": [
            f"airbyte-cdk[dev]=={AIRBYTE_CDK}",  # pytest as the CDK's standard tests want it
            "starlette>=1.0,<2",  # the sandbox: routes
            "uvicorn>=0.40,<1",  # the sandbox: the server
            "duckdb>=1.4,<3",  # the sandbox's rows; where the demo lands them
            "rich>=13,<16",  # the demo's progress and tables
            "hypothesis>=6.150,<7",  # property tests
            "airbyte-connector-models==0.1.12; python_version < '3.13'",  # Airbyte's own model of metadata.yaml
            "build>=1.2,<2",  # make package
            "ruff==0.17.6",
            "mypy==2.4.1",
            "types-PyYAML",
            "types-requests",
            "types-jsonschema",
        ],
    },
    entry_points={"console_scripts": commands},
)
