"""AFAS as it is: its environments and logins, one request to it, its refusals, its filters, and its pages of rows.

Begin at `rest.py`, which asks AFAS for anything: `failures.py` is the table of what it answers when it refuses,
`query.py` says which rows are wanted, and `page.py` reads the rows that came. Nothing here knows of streams or syncs.
"""
