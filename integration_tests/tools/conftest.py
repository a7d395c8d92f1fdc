"""What a run must not pass over in silence."""


def pytest_terminal_summary(terminalreporter):
    """Say so where the image could not be built: the run is green all the same."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if "test_container.py" in report.nodeid]
    if skipped:
        *_, reason = skipped[0].longrepr
        terminalreporter.section("THE CONTAINER WAS NOT TESTED", "!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were left out. {reason}")
        terminalreporter.section("THE CONTAINER WAS NOT TESTED", "!", red=True, bold=True)
