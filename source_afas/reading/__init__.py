"""How a GetConnector is read: which there are, what is known of each, its slices, and its rows page after page.

Begin at `retriever.py`, which reads the rows of one GetConnector: `walk.py` goes from page to page, and `order.py`
decides where a page ends. `slicer.py` cuts a stream into slices that are read side by side, and `cursor.py` keeps how
far they have been read.
"""
