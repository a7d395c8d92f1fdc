"""What it costs to read a large GetConnector, measured in turn on one machine."""
