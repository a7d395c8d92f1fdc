"""The example of docs/scale.md: Prefect runs a sync for each environment of a list."""

import csv
import json
import re
import sys
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from afas_sandbox import Sandbox
from afas_sandbox.admin import about
from examples.many_environments.__main__ import PREFECT, run, write_csv
from examples.many_environments.sync import Database, Environment, SyncError, environments, sync

PAGE = (Path(__file__).parents[1] / "docs" / "scale.md").read_text(encoding="utf-8")
SOURCE = [sys.executable, "-m", "source_afas"]


@pytest.fixture
def sandboxes():
    with ExitStack() as stack:
        yield {f"klant_{seed}": stack.enter_context(Sandbox(seed=seed, entries=200)) for seed in (1, 2, 3)}


def entry_lines(folder, name):
    """Return the entry lines of an environment in the database: key, description and amount."""
    columns = "UnitId, EntryNo, SeqNo, Description, AmtDebit"
    with duckdb.connect(str(folder / "afas.duckdb"), read_only=True) as database:
        return database.execute(
            f"SELECT {columns} FROM together.Profit_Transactions WHERE environment = ? ORDER BY ALL", [name]
        ).fetchall()


def entry_lines_in_afas(sandbox):
    columns = ("UnitId", "EntryNo", "SeqNo", "Description", "AmtDebit")
    return sorted(tuple(row[column] for column in columns) for row in sandbox.rows("Profit_Transactions"))


@pytest.mark.tools
def test_each_environment_goes_on_from_its_own_state_and_fails_alone(sandboxes, tmp_path):
    python, folder = PREFECT.interpreter(), tmp_path / "synced"
    listed = write_csv(tmp_path, {name: about(sandbox) for name, sandbox in sandboxes.items()})

    first = run(python, listed, folder, at_a_time=2)

    assert first["failed"] == {}
    assert {name: rows["Profit_Transactions"] for name, rows in first["rows"].items()} == dict.fromkeys(sandboxes, 200)
    for name, sandbox in sandboxes.items():
        assert entry_lines(folder, name) == entry_lines_in_afas(sandbox)

    before = entry_lines(folder, "klant_2")
    [changed] = sandboxes["klant_1"].change_entries(1)
    sandboxes["klant_2"].change_entries(1)
    sandboxes["klant_2"].revoke_token()
    again = run(python, listed, folder, at_a_time=2)

    assert again["failed"].keys() == {"klant_2"}
    assert "AFAS refuses the token" in again["failed"]["klant_2"]
    assert again["exit_code"] == 1
    assert entry_lines(folder, "klant_2") == before
    assert entry_lines(folder, "klant_1") == entry_lines_in_afas(sandboxes["klant_1"])
    lines_of_the_changed = [
        line for line in entry_lines(folder, "klant_1") if line[:2] == (changed.unit_id, changed.entry_no)
    ]
    assert len(lines_of_the_changed) <= again["rows"]["klant_1"]["Profit_Transactions"] < 20
    assert again["rows"]["klant_3"]["Profit_Transactions"] < 20


def test_what_was_read_is_kept_where_afas_refuses_a_stream(tmp_path):
    with Sandbox(seed=1, entries=200) as sandbox:
        sandbox.block("Profit_Journals")
        [environment] = environments(write_csv(tmp_path, {"klant_1": about(sandbox)}))

        with pytest.raises(SyncError, match="Profit_Journals: it is blocked") as refused:
            sync(environment, tmp_path, Database(tmp_path / "afas.duckdb"), SOURCE)

        assert not refused.value.later
        Database(tmp_path / "afas.duckdb").see_together()
        assert entry_lines(tmp_path, "klant_1") == entry_lines_in_afas(sandbox)
    states = json.loads((tmp_path / "klant_1" / "state.json").read_text())
    assert "Profit_Transactions" in {state["stream"]["stream_descriptor"]["name"] for state in states}


@pytest.mark.parametrize("names", [["klant 1"], ["../klant"], ["klant_1", "KLANT_1"], ["together"], [""]])
def test_a_name_that_is_no_schema_of_its_own_is_refused(tmp_path, names):
    listed = write_csv(tmp_path, {})
    with listed.open("a") as file:
        csv.writer(file).writerows([name, "O12345AA", "token", ""] for name in names)

    with pytest.raises(ValueError, match=r"names? "):
        environments(listed)


def test_the_page_shows_the_list_as_it_is_read():
    [shown] = re.findall(r"```csv\n(.*?)\n", PAGE)

    assert shown.split(",") == [field.name for field in fields(Environment)]


def test_the_page_installs_what_is_tested():
    assert f"pip install {' '.join(PREFECT.packages)}" in PAGE
