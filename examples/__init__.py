"""Examples of what can be built on this source."""
