"""`afas`: for people at a keyboard who have an AFAS of their own.

Begin at `app.py`, the console script. `probe.py` finds out whether an AFAS is as expected; `facts.py` is the list of
what the source counts on, and the modules called `probe_…` look for it.
"""
