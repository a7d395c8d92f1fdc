"""Many AFAS environments into one database, a sync for each, at most so many at a time: docs/scale.md."""
