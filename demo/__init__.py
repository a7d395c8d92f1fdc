"""The demo: a whole invented AFAS into a DuckDB file, and again after a change."""
