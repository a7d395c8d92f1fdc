"""Rows leave as whole pages; whoever reads the output sees what the CDK's own way with single records would print."""

from collections import Counter

import pytest
from airbyte_cdk.models import (
    AirbyteMessageSerializer,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.test import entrypoint_wrapper

from source_afas import SourceAfas

NAMES = ("Profit_Transactions", "Profit_Accounts", "Profit_Debtor")


@pytest.fixture
def both(source_afas):
    """Read streams by the command line and by the CDK's own entrypoint; return the messages of each."""

    def read(*names, **settings):
        config = {**source_afas.config, "page_size": 50, **settings}
        offered = source_afas.discover(get_connectors=list(names)).streams
        output = source_afas.read_catalog([offered[name] for name in names], config)
        catalog = ConfiguredAirbyteCatalogSerializer.load(
            {
                "streams": [
                    {"stream": s, "sync_mode": s["supported_sync_modes"][-1], "destination_sync_mode": "append"}
                    for s in map(offered.get, names)
                ]
            }
        )
        source = SourceAfas(catalog, config, [])
        alone = entrypoint_wrapper.read(source, config, catalog, expecting_exception=True)
        return output.messages, [AirbyteMessageSerializer.dump(message) for message in alone._messages]

    return read


def told(messages):
    """What the messages say about each stream, in whichever order the streams came."""
    said = Counter()
    for message in messages:
        if record := message.get("record"):
            said["record", record["stream"]] += 1
        elif state := message.get("state"):
            name = state["stream"]["stream_descriptor"]["name"]
            said["counted", name] += int(state["sourceStats"]["recordCount"])
        elif status := (message.get("trace") or {}).get("stream_status"):
            said["status", status["stream_descriptor"]["name"], status["status"]] += 1
        elif error := (message.get("trace") or {}).get("error"):
            without_reference = error["message"].partition("(log reference")[0]
            said["error", without_reference, error["failure_type"]] += 1
        elif (log := message.get("log")) and any(word in log["message"] for word in ("Marking", "Read ", "Finished")):
            said["log", log["message"]] += 1
    return said


def test_counts_statuses_and_log_are_the_cdks(both):
    ours, theirs = both(*NAMES)

    assert told(ours) == told(theirs)
    assert told(ours)["status", "Profit_Transactions", "RUNNING"] == 1
    assert told(ours)["counted", "Profit_Transactions"] == told(ours)["record", "Profit_Transactions"] == 200


def test_a_stream_is_running_before_its_first_row(both):
    ours, _ = both("Profit_Transactions")

    first_row = next(number for number, message in enumerate(ours) if message.get("record"))
    assert told(ours[:first_row])["status", "Profit_Transactions", "RUNNING"] == 1


def test_errors_are_the_cdks(sandbox, both):
    sandbox.block("Profit_Accounts")
    sandbox.answer_once(200, body="<html>Login</html>", on="/connectors/Profit_Debtor", times=1_000)

    ours, theirs = both(*NAMES)

    assert told(ours) == told(theirs)
    assert told(ours)["status", "Profit_Accounts", "INCOMPLETE"] == 1


def test_the_rows_that_a_state_counts_stand_before_it(both):
    ours, _ = both(*NAMES)

    since: Counter[str] = Counter()
    for message in ours:
        if record := message.get("record"):
            since[record["stream"]] += 1
        elif state := message.get("state"):
            name = state["stream"]["stream_descriptor"]["name"]
            assert since.pop(name, 0) == state["sourceStats"]["recordCount"]
    assert not since


def test_the_last_states_are_the_cdks(both):
    ours, theirs = both(*NAMES)

    assert last_states(ours) == last_states(theirs)


def last_states(messages):
    states = (message["state"]["stream"] for message in messages if message.get("state"))
    return {state["stream_descriptor"]["name"]: dict(state["stream_state"]) for state in states}
