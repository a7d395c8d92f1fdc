"""Airbyte's commands at the command line: arguments, files, messages and rows on standard output, and how they end.

Begin at `run.py`, the console script, and `commands.py`, its commands. `writer.py` writes a page of rows.
"""
