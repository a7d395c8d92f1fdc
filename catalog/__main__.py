"""Write the contribution into a folder, or into a checkout of Airbyte's repository, and lock its dependencies."""

import argparse
import sys
from pathlib import Path

from catalog.poetry import poetry
from catalog.tree import DOCUMENT, write

parser = argparse.ArgumentParser(prog="python -m catalog", description=__doc__)
parser.add_argument("folder", nargs="?", type=Path, default=Path(".catalog"), help="default: %(default)s")
folder = parser.parse_args().folder

print("Poetry looks up the dependencies: half a minute, and as long again for Poetry itself, once.", flush=True)
connector = write(folder)
locked = poetry(connector, "lock", POETRY_VIRTUALENVS_CREATE="false")
if locked.returncode:
    sys.exit(f"{locked.stdout}\nSo {connector / 'poetry.lock'} is missing, or old. Poetry needs PyPI: try again.")
print(f"Made {connector} and {folder / DOCUMENT}. What to do with them: docs/contribute.md")
