"""`examples/pyairbyte`: its README followed, its script run twice into both databases, its notebook, what it says."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from afas_sandbox import Sandbox
from integration_tests.tools.environments import CHECKOUT, environment
from integration_tests.tools.postgresql import psql

pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(sys.version_info >= (3, 13), reason="PyAirbyte 0.71.3 needs Python 3.12 or older"),
]

EXAMPLE = CHECKOUT / "examples/pyairbyte"
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
COMMITTED = json.loads((EXAMPLE / "afas.ipynb").read_text(encoding="utf-8"))
TABLES = ("Profit_Transactions", "Profit_Accounts", "Profit_Debtor", "Profit_Debtor_Invoices")


@pytest.fixture(scope="module")
def commands():
    """The folder with the commands of the environment that the README makes."""
    requirements = (EXAMPLE / "requirements.txt").read_text().splitlines()
    return environment(
        "pyairbyte", "--editable", f"{CHECKOUT}/sandbox", "--editable", f"{CHECKOUT}[dev]", *requirements
    )


class Reader:
    """One who has a copy of the example, and a sandbox for AFAS."""

    def __init__(self, commands: Path, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox, self._commands = folder / "pyairbyte", sandbox, commands
        shutil.copytree(EXAMPLE, self.folder, ignore=shutil.ignore_patterns(".*", "*.duckdb", "__pycache__"))
        self._environ = {
            **os.environ,
            "HOME": str(folder),
            "AIRBYTE_LOGGING_ROOT": str(folder / "logs"),
            "AFAS_ENVIRONMENT": sandbox.environment,
            "AFAS_TOKEN": sandbox.token,
            "AFAS_BASE_URL": sandbox.base_url,
        }

    def run(self, command: str, *arguments: str) -> str:
        """Run a command; return what it printed."""
        command = str(self._commands / command)
        ran = subprocess.run(
            [command, *arguments], cwd=self.folder, env=self._environ, capture_output=True, text=True, timeout=300
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


# The script


@pytest.fixture
def reader(commands, tmp_path, sandbox):
    return Reader(commands, tmp_path, sandbox)


def test_two_runs_into_duckdb_leave_what_afas_holds(reader):
    check_two_runs(reader, [], lambda table: in_duckdb(reader.folder / "afas.duckdb", table))


def test_two_runs_into_postgresql_leave_what_afas_holds(reader, postgresql):
    check_two_runs(reader, [postgresql], lambda table: in_postgresql(postgresql, table))


def check_two_runs(reader, address, table):
    sandbox = reader.sandbox
    before = len(sandbox.rows("Profit_Transactions"))
    first = reader.run("python", "sync.py", *address)

    [changed] = sandbox.change_entries(1)
    paid = sandbox.rows("Profit_Debtor_Invoices")[0]
    payment = {"UnitId": paid["UnitId"], "AccountNo": paid["DebtorId"], "InvoiceId": paid["InvoiceNr"]}
    sandbox.insert_entry(**payment, AmtCredit=paid["Balance"])
    second = reader.run("python", "sync.py", *address)

    assert read_and_in_the_table(first) == (before, before)
    read, in_the_table = read_and_in_the_table(second)
    assert len(changed.seq_nos) + 2 <= read < 20, "the increment, and the hour that each sync reads back"
    assert in_the_table == before + 2
    assert paid not in sandbox.rows("Profit_Debtor_Invoices")
    for name in TABLES:
        assert table(name.lower()) == as_in_a_table(sandbox.rows(name)), name


def read_and_in_the_table(printed):
    (numbers,) = re.findall(r"^([\d,]+) entry lines read, ([\d,]+) in the table\.$", printed, re.MULTILINE)
    return tuple(int(number.replace(",", "")) for number in numbers)


def in_duckdb(file, table):
    with duckdb.connect(str(file), read_only=True) as database:
        found = database.execute(f"SELECT * FROM profit.{table}")
        names = [column[0] for column in found.description]
        return as_in_a_table(dict(zip(names, row, strict=True)) for row in found.fetchall())


def in_postgresql(address, table):
    lines = psql(address, f"SELECT row_to_json(row) FROM profit.{table} AS row").splitlines()
    return as_in_a_table(json.loads(line, parse_float=Decimal) for line in lines)


def as_in_a_table(rows):
    """Rows to compare, of AFAS or of a table: names in lower case, amounts and times in one form."""
    return Counter(
        frozenset((name.lower(), plain(value)) for name, value in row.items() if not name.startswith("_airbyte"))
        for row in rows
    )


def plain(value):
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return value.normalize()
    return re.sub(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z$", r"\1", value) if isinstance(value, str) else value


# The README and the notebook, with the sandbox as the README starts it

ITS_FIGURES = """
import json

plotted = {line.get_label(): dict(zip(line.get_xdata().tolist(), line.get_ydata().tolist())) for line in axes.lines}
print(json.dumps({"plotted": plotted, "aged": aged.reset_index().astype(str).to_dict("records")}))
"""


@pytest.fixture(scope="module")
def followed(commands, tmp_path_factory):
    """What comes of the README, command by command."""
    with Sandbox(seed=1, entries=20_000) as sandbox:
        reader = Reader(commands, tmp_path_factory.mktemp("followed"), sandbox)
        reader.first = reader.run("python", "sync.py")
        sandbox.change_entries(1)
        reader.second = reader.run("python", "sync.py")

        notebook = json.loads(json.dumps(COMMITTED))
        cell = {"cell_type": "code", "id": "figures", "metadata": {}, "execution_count": None, "outputs": []}
        notebook["cells"].append({**cell, "source": ITS_FIGURES})
        (reader.folder / "afas.ipynb").write_text(json.dumps(notebook))
        reader.run("jupyter-nbconvert", "--to", "notebook", "--execute", "--inplace", "afas.ipynb")
        executed = json.loads((reader.folder / "afas.ipynb").read_text())
        *reader.cells, figures = executed["cells"]
        reader.figures = json.loads("".join(figures["outputs"][0]["text"]))
        yield reader


def test_the_readme_shows_what_is_printed(followed):
    *_, first, second = re.findall(r"^\$ python sync\.py\n…\n(.*?)^(?:\$|```)", README, re.MULTILINE | re.DOTALL)

    assert followed.first.endswith(first)
    assert followed.second.endswith(second)
    assert followed.sandbox.token in README
    assert followed.sandbox.environment in README


def test_the_plot_shows_revenue_by_period_to_the_cent(followed):
    types = {account["Account"]: account["Type"] for account in followed.sandbox.rows("Profit_Accounts")}
    revenue = defaultdict(Decimal)
    for line in followed.sandbox.rows("Profit_Transactions"):
        if types[line["AccountNo"]] == "3":
            revenue[str(line["Year"]), str(line["Period"])] += line["AmtCredit"] - line["AmtDebit"]

    plotted = {
        (year, period): Decimal(str(amount))
        for year, amounts in followed.figures["plotted"].items()
        for period, amount in amounts.items()
        if str(amount) != "nan"
    }

    assert len(plotted) > 36
    assert plotted == revenue


def test_the_ages_are_those_of_the_open_items(followed):
    ages = ("not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "later_or_no_date")
    expected = defaultdict(lambda: dict.fromkeys((*ages, "total"), Decimal(0)))
    for item in followed.sandbox.rows("Profit_Debtor_Invoices"):
        late = (date(2026, 7, 31) - date.fromisoformat(item["ExpDate"][:10])).days
        age = ages[sum(late > days for days in (0, 30, 60, 90))]
        debtor = expected[str(item["UnitId"]), item["DebtorId"]]
        debtor[age] += item["Balance"]
        debtor["total"] += item["Balance"]

    found = {
        (row["administration"], row["debtor"]): {column: Decimal(row[column]) for column in (*ages, "total")}
        for row in followed.figures["aged"]
    }

    assert len(found) > 100
    assert found == expected


def test_the_committed_outputs_are_those_of_a_run(followed):
    assert [shown(cell) for cell in COMMITTED["cells"]] == [shown(cell) for cell in followed.cells]


def shown(cell):
    """What a cell shows, apart from the pixels of a picture, which differ from machine to machine."""
    outputs = [
        {**output.get("data", {"text": output.get("text")}), "image/png": None} for output in cell.get("outputs", [])
    ]
    return cell["source"], cell.get("execution_count"), outputs


# What the README says of PyAirbyte


def test_what_the_readme_says_of_pyairbyte(commands, tmp_path):
    suite = Path(__file__).with_name("pyairbyte_suite.py")
    environ = {**os.environ, "AIRBYTE_OFFLINE_MODE": "1", "AIRBYTE_LOGGING_ROOT": str(tmp_path)}
    environ.pop("CI", None)  # where it is set, PyAirbyte's errors hold the whole log

    # In a folder of its own: PyAirbyte leaves one there.
    command = [commands / "python", "-m", "pytest", "-q", "--rootdir", CHECKOUT, "-p", "no:cacheprovider", suite]
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env={**environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=400,
    )

    assert ran.returncode == 0, ran.stdout
    (passed,) = re.findall("([0-9]+) passed", ran.stdout)
    assert int(passed) > 20
