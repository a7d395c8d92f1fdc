"""The switches by which the sandbox is unlike the reference: each changes what is asked of it below."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta

import pytest

from afas_sandbox import Sandbox
from afas_sandbox.switch import KINDS, STAGES, switch
from afas_sandbox.unlike import SWITCHES

FIELDS = {
    "Id": "int",
    "Naam": "string",
    "Prijs": {"dataType": "decimal", "decimals": 2},
    "Actief": "boolean",
    "Dag": "date",
    "Soort": "string",
    "Memo": "blob",
}
NAMES = [
    "a-c",
    "ab",
    "Ab2",
    "ab10",
    "10",
    "9",
    "Één",
    "eend",
    "éénd",
    None,
    "lang van stuk",
    "lang van stof",
    "x y",
    "xy",
]
TYPES = ("int", "decimal", "boolean", "date", "string")


def rows():
    moments = [datetime(2026, 7, 1 + n % 3, 9, n % 4, 10, 600_000 if n % 2 else 400_000) for n in range(40)]
    return [
        {
            "Id": n,
            "Naam": f"{NAMES[n % 14]} {n // 14}".removesuffix(" 0") if NAMES[n % 14] else None,
            "Prijs": None if n % 9 == 4 else f"{n * 7 % 20}.{25 * (n % 4):02}",
            "Actief": None if n % 7 == 3 else n % 2 == 0,
            "Dag": None if n % 8 == 5 else moments[n].isoformat(),
            "Soort": None if n % 3 == 1 else "los" if n % 2 else "VAST",
        }
        for n in range(40)
    ]


@pytest.fixture(scope="module")
def served():
    with Sandbox(seed=1, entries=60) as running:
        running.open_only()
        running.define("Tabel", fields=FIELDS, rows=rows())
        running.define("Leeg", fields={"Id": "int"})
        running.define("Een", fields=FIELDS, rows=rows()[:1])
        running.define("Dicht", fields={"Id": "int"})
        running.close_connector("Dicht")
        running.open("Profit_Fin_ChangedEntrydate")
        yield running


@pytest.fixture
def sandbox(served):
    yield served
    served.like_the_reference()


def asked(get_connector="Tabel", **parameters):
    given = {"take": "20", "orderbyfieldids": "Id", **parameters}
    return [f"/connectors/{get_connector}?" + "&".join(f"{n}={urllib.request.quote(v)}" for n, v in given.items() if v)]


def filtered(fields, values, operators, **parameters):
    return asked(filterfieldids=fields, filtervalues=values, operatortypes=operators, **parameters)


def by_json(*filters):
    groups = [
        {
            "@FilterId": f"{n}",
            "Field": [dict(zip(("@FieldId", "@OperatorType", "#text"), each, strict=True)) for each in f],
        }
        for n, f in enumerate(filters)
    ]
    return asked(filterjson=json.dumps({"Filters": {"Filter": groups}}))


MIXED = filtered("Id,Actief;Actief,Id", "5,true;false,30", "4,1;1,2")
TWICE = filtered("Id,Id", "5,12", "2,5")
BARE = filtered("Soort", "", "8")
FILLER = filtered("Soort", "[is leeg]", "8")
JSON = by_json([("Id", "4", "5"), ("Actief", "1", "true")], [("Id", "1", "1"), ("Actief", "1", "false")])
AROUND = filtered("Dag", "2026-07-02T09:01:11", "2", take="40") + filtered("Dag", "2026-07-02T09:01:11", "5", take="40")
EMPTY = asked("Leeg") + filtered("Id", "99", "1")
TEXTS = [asked(orderbyfieldids="Naam", take="40")[0], *filtered("Naam", "ab", "2", take="40")]
TEXTS += [filtered("Naam", text, "1")[0] for text in ("EEN", "ABC", "xy", "ab", "lang")]
TEXTS += [filtered("Naam", text, "4", take="40")[0] for text in ("ab1", "x-z", "09", "ab2")]
NUMBERS = asked(orderbyfieldids="-Id") + filtered("Id", "9", "4", take="40")

QUESTIONS = {
    # Those that stand for a switch; what stands for a kind comes below.
    "at-or-before-is-before": filtered("Id", "5", "3"),
    "at-most-2-alternatives": filtered("Id;Id;Id", "1;2;3", "1;1;1"),
    "at-most-5-alternatives": filtered("Id;Id;Id;Id;Id;Id", "1;2;3;4;5;6", "1;1;1;1;1;1"),
    "at-most-3-conditions": filtered("Id,Id,Id,Id", "0,1,2,9", "2,2,2,2"),
    "empty-values-dropped": filtered("Soort,Id", ",5", "8,1"),
    "empty-values-shifted": filtered("Soort,Id", ",5", "8,1"),
    "filler-refused": FILLER,
    "filler-compared": FILLER,
    "long-values-cut": filtered("Naam", "lang van stuk", "1"),
    "date-filters-ignored": AROUND,
    "date-filters-find-nothing": AROUND,
    "decimal-filters-ignored": filtered("Prijs", "5.25", "2"),
    "text-filters-ignored": filtered("Naam", "ab", "1"),
    "emptiness-ignored": BARE,
    "after-is-at-or-after": filtered("Id", "5", "4"),
    "before-is-at-or-before": filtered("Id", "5", "5"),
    "at-or-after-is-after": filtered("Id", "5", "2"),
    "order-refused-for-blobs": asked(orderbyfieldids="Memo"),
    "order-refused-for-booleans": asked(orderbyfieldids="Actief"),
    "skip-at-most-20": asked(skip="30"),
    "skip-in-pages": asked(skip="1", take="5"),
    "remembered-without-filters": asked() + filtered("Id", "5", "2"),
    "remembered-without-values": filtered("Id", "5", "2") + filtered("Id", "9", "2"),
    "int-filters-ignored": filtered("Id", "5", "2"),
    "after-is-not-equal": filtered("Id", "5", "2"),
    "beyond-is-all": filtered("Id", "6", "2"),
    "contains-needs-percent": filtered("Naam", "b", "6"),
    "contains-ignored": filtered("Naam", "b", "6"),
    "starts-with-is-contains": filtered("Naam", "b", "10"),
    "case-counts": filtered("Naam", "AB", "6"),
    "not-equal-finds-nothing": filtered("Id", "5", "7"),
    "quick-filter-ignored": filtered("Id", "2..3", "15"),
    "one-finds-nothing": filtered("Actief", "1", "1"),
    "one-row-bare": asked("Een"),
    "less-finds-empty": filtered("Dag", "2026-07-02", "5"),
    "null-and-blank-as-one": asked(orderbyfieldids="Soort,Id", take="40"),
    "empty-text-stored-blank": BARE,
    "null-and-blank": asked(take="40"),
    "sort-dates-by-day": asked(orderbyfieldids="Dag,Id", take="40"),
    "sort-decimals-as-text": asked(orderbyfieldids="Prijs,Id", take="40"),
    "decimals-finer": filtered("Prijs", "7.25", "1", take="40"),
    "texts-cut": asked(take="40"),
    "last-row-twice": asked(take="100"),
    "some-rows-twice": asked(take="100"),
    "closed-as-no-rows": ["/metainfo", "/metainfo/get/Dicht", *asked("Dicht")],
    "ids-upper-in-metainfo": ["/metainfo/get/Tabel", *asked(orderbyfieldids="ID")],
    "short-pages-echo-zero": asked(),
}
OF_KINDS = {
    1: [path for skip in range(8) for path in asked(skip=str(skip), take="8")] + filtered("Id", "6", "2"),
    2: asked(orderbyfieldids="Soort", take="40") + asked(orderbyfieldids="Dag", take="40") + BARE,
    3: TEXTS + NUMBERS,
    4: MIXED + TWICE + BARE + JSON,
    5: AROUND
    + filtered("Dag", "2026-07-01T09:00:20", "2", take="40")
    + filtered("Dag", "2026-07-02T08:00:00", "2", take="40"),
    6: [path for order in ("Naam,Prijs,Dag,Id", "Actief,Prijs,Dag,Id", "Dag,Prijs", "Prijs,Dag,Id")
        for path in asked(orderbyfieldids=order, take="40")],
    7: asked(take="5") + asked(skip="3", take="5"),
    8: asked(take="10") + EMPTY + asked(take="10") + EMPTY + asked(take="5"),
    9: ["/metainfo", *asked("Dicht")],
    10: asked(),
    11: ["/connectors/Profit_Fin_ChangedEntrydate?take=100&orderbyfieldids=EntryDate"],
    12: filtered("Actief", "true", "1") + filtered("Prijs", "5.25", "2"),
}  # fmt: skip


def answers(sandbox, name):
    found = SWITCHES[name]
    replies = [sandbox.get(path) for path in QUESTIONS.get(name, OF_KINDS[found.kind])]
    return [(reply.status, "" if reply.status == 500 else reply.text) for reply in replies]


def settled(sandbox):
    """Number the calls from the beginning: some switches, and the order of what is equal, go by it."""
    sandbox.like_the_reference()
    sandbox.service._calls = iter(range(1, 1_000_000))


TOUCHING = {name for name, each in SWITCHES.items() if "touched" in each.changes}


@pytest.mark.parametrize("name", sorted(set(SWITCHES) - TOUCHING))
def test_each_switch_changes_an_answer(sandbox, name):
    sandbox.now = datetime(2026, 4, 28, 12)
    if SWITCHES[name].kind == 11:
        sandbox.now = datetime(2026, 7, 31, 12)
        sandbox.change_entries(1)
    settled(sandbox)
    before = answers(sandbox, name)
    settled(sandbox)
    assert answers(sandbox, name) == before, "the same questions have the same answers"
    settled(sandbox)
    sandbox.unlike(name)

    assert answers(sandbox, name) != before
    assert [status for status, _ in before if status not in (200, 500)] == []
    sandbox.now = None


@pytest.mark.parametrize(("name", "act"), [
    ("changed-days-without-deletions", lambda sandbox, key: sandbox.delete_entry(key.unit_id, key.entry_no)),
    ("changed-days-without-moves",
     lambda sandbox, key: sandbox.change_entry(key.unit_id, key.entry_no, EntryDate="2026-01-01")),
])  # fmt: skip
def test_what_is_not_listed_as_changed(sandbox, name, act):
    for on in (False, True):
        sandbox.like_the_reference()
        sandbox.unlike(*([name] if on else []))
        key = sandbox.insert_entry(EntryDate="2026-02-02")
        sandbox.now = datetime(2026, 11, 1, 9) + timedelta(days=on)
        act(sandbox, key)
        listed = {row["EntryDate"]: row["Modified"] for row in sandbox.rows("Profit_Fin_ChangedEntrydate")}
        assert (listed["2026-02-02T00:00:00Z"] == sandbox.now.isoformat() + "Z") is not on
        sandbox.now = None


def ids(sandbox, path):
    return [row["Id"] for row in sandbox.get(path).rows]


def test_several_switches_at_once(sandbox):
    sandbox.unlike("short-pages", "sort-downwards")
    sandbox.unlike("take-echoes-zero")

    reply = sandbox.get(asked()[0])

    assert ids(sandbox, asked()[0]) == [39, 38, 37, 36, 35]
    assert reply.json()["take"] == 0
    sandbox.like_the_reference()
    assert ids(sandbox, asked()[0]) == list(range(20))


@pytest.mark.parametrize(("name", "path", "expected"), [
    ("lists-and-of-ors", filtered("Id,Id;Id", "3,1;2", "5,1;1"), [1, 2]),
    ("lists-left-to-right", filtered("Id,Id;Id,Id", "3,1;9,2", "5,1;1,4"), [9]),
    ("lists-all-or", filtered("Id,Id;Id", "1,2;3", "1,1;1"), [1, 2, 3]),
    ("field-twice-last", TWICE, list(range(12))),
    ("field-twice-first", filtered("Id,Id", "36,12", "2,5"), [36, 37, 38, 39]),
    ("empty-values-shifted", filtered("Soort,Id", ",5", "8,1"), None),
    ("filterjson-ignored", by_json([("Id", "1", "3")]), list(range(20))),
    ("filterjson-and-of-ors", by_json([("Id", "1", "3"), ("Id", "1", "4")], [("Id", "4", "3")]), [4]),
    ("bare-emptiness-ignored", BARE, list(range(20))),
    ("filler-compared", FILLER, []),
    ("skip-in-pages", asked(skip="2", take="3"), [6, 7, 8]),
    ("filters-after-paging", filtered("Id", "17", "4"), [18, 19]),
])  # fmt: skip
def test_what_some_switches_mean(sandbox, name, path, expected):
    sandbox.unlike(name)

    reply = sandbox.get(path[0])

    assert (ids(sandbox, path[0]) if reply.status == 200 else None) == expected


def test_the_rows_of_the_handle_are_those_that_can_be_seen(sandbox):
    before = len(sandbox.rows("Tabel"))
    sandbox.unlike("rights-after-paging")
    hidden = before - len(sandbox.rows("Tabel"))
    sandbox.like_the_reference()
    sandbox.unlike("last-row-twice")

    assert 0 < hidden < before
    assert len(sandbox.rows("Tabel")) == before + 1


def test_every_kind_of_doubt_has_switches():
    assert {each.kind for each in SWITCHES.values()} == set(KINDS)
    assert len(SWITCHES) >= 85


def test_every_stage_is_used():
    assert {stage for each in SWITCHES.values() for stage in each.changes} == set(STAGES)


def test_a_switch_of_no_stage_is_a_mistake():
    with pytest.raises(ValueError, match="no stage"):
        switch(1, "x", "y", nowhere=lambda given: given)


def test_there_is_no_such_switch(sandbox):
    with pytest.raises(LookupError, match="there is no switch short-page;"):
        sandbox.unlike("short-pages", "short-page")

    assert ids(sandbox, asked()[0]) == list(range(20)), "all of them or none"


def test_another_process_switches_by_the_admin_service(sandbox):
    def call(method, body=None):
        url = f"{sandbox.admin_url}/unlike"
        request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body else None)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    call("POST", {"switches": ["short-pages", "empty-last"]})
    assert {each["name"] for each in call("GET") if each["on"]} == {"short-pages", "empty-last"}
    call("DELETE")
    assert not any(each["on"] for each in call("GET"))
    with pytest.raises(urllib.error.HTTPError, match="404"):
        call("POST", {"switches": ["short-page"]})


def test_the_command_line_lists_them_and_refuses_others():
    def run(*arguments):
        command = [sys.executable, "-m", "afas_sandbox", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=30)

    listed = run("unlike").stdout.splitlines()
    refused = run("serve", "--unlike", "short-pages", "--unlike", "short-page")

    assert [line.split()[1] for line in listed] == list(SWITCHES)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "there is no switch short-page" in refused.stderr
