"""What `make catalog` runs: this project as a contribution to Airbyte's repository. docs/contribute.md is its page."""
