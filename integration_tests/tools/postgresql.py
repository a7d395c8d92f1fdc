"""A PostgreSQL of Debian's package, made for a test and gone after it."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server(binaries: Path) -> Iterator[str]:
    """Run one; yield its address, up to the name of a database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="source-afas-"))
    # It does not run as root.
    user = "postgres" if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def command(*arguments: str | Path) -> None:
        subprocess.run(arguments, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=60)

    try:
        command(binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        options = f"-h 127.0.0.1 -p {port} -k {folder} -F"
        command(binaries / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
        yield f"postgresql://postgres@127.0.0.1:{port}"
        command(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def psql(address: str, query: str) -> str:
    """Return what a query prints, without headers and frames."""
    done = subprocess.run(["psql", address, "-Atc", query], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()
