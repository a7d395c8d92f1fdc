"""`python -m source_afas`, the same as `source-afas`."""

from source_afas.command_line.run import run

if __name__ == "__main__":
    run()
