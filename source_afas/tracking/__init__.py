"""Rows that AFAS deleted or renumbered without a word, and how a stream reports them.

Begin at `snapshot.py`, which compares all rows with the last sync's, or at `booking_days.py`, which reads the booking
days that were touched. `marks.py` has the columns that say what became of a row.
"""
