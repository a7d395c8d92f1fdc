"""How the tests are run side by side, and what a run must not pass over in silence."""


def pytest_collection_modifyitems(items):
    """Begin with what takes minutes, so that nobody waits for it alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("tools") is None)


def pytest_terminal_summary(terminalreporter):
    """Say so where the image could not be built: the run is green all the same."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if "test_container.py" in report.nodeid]
    if skipped:
        *_, reason = skipped[0].longrepr
        terminalreporter.section("THE CONTAINER WAS NOT TESTED", "!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were left out. {reason}")
        terminalreporter.section("THE CONTAINER WAS NOT TESTED", "!", red=True, bold=True)
