"""`tap-afas`: the same source as a Singer tap, for Meltano and other runners of Singer.

Begin at `tap.py`, the console script, and `commands.py`, its commands.
"""
