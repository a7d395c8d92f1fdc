"""`python -m afas_sandbox` is `afas-sandbox`."""

import sys

from afas_sandbox.cli import main

if __name__ == "__main__":
    sys.exit(main())
