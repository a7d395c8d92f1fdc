"""The page docs/how-sure.md, made of the facts: `make how-sure`."""

from source_afas.people.facts import FACTS, GRADES, Fact
from source_afas.people.looking import MOST_REQUESTS

HEAD = f"""\
# How sure we are of AFAS

<!-- Made of source_afas/people/facts.py by `make how-sure`. -->

Nobody who works on this source has an AFAS at hand. This is what the source counts on, each fact once: how sure it is,
which modules rely on it, and what a read does where it is false. `afas probe --config config.json` looks for these
facts in your AFAS, with {MOST_REQUESTS} small requests at most, and writes a report that can be sent in. The imitation
of AFAS in `sandbox/` can be unlike each of them: `afas-sandbox unlike` lists its switches.

| Grade | Meaning |
| :-- | :-- |
"""


def page() -> str:
    """Return the page."""
    grades = "".join(f"| {grade} | {meaning} |\n" for grade, meaning in GRADES.items())
    return HEAD + grades + "".join(f"\n{_section(fact)}" for fact in FACTS)


def _section(fact: Fact) -> str:
    probed = _first_line(fact.probe.__doc__) if fact.probe else f"not probed: {fact.not_probed}."
    return (
        f"## {fact.id}\n\n{fact.says}\n\n"
        f"- **How sure:** {fact.grade}\n"
        f"- **Relied on in:** {', '.join(f'`{module}`' for module in fact.relied_on)}\n"
        f"- **If it is false:** {fact.guard}.\n"
        f"- **`afas probe`:** {probed}\n"
        f"- **Switches:** {', '.join(f'`{name}`' for name in fact.switches)}\n"
    )


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0]


if __name__ == "__main__":
    print(page(), end="")
