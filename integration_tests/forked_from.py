"""Imported last by the process that commands are forked from."""

import gc

from integration_tests import cdk_schema

cdk_schema.read_once()
# A search for garbage writes to every object, and so has a fork copy all that was imported.
gc.collect()
gc.freeze()
