"""What the source counts on: each fact of AFAS once, how sure it is, and what happens where it is false.

`afas probe` looks for these facts, and docs/how-sure.md is made of them: `make how-sure`. The switches of the sandbox
that make a fact false stand with it; a test holds the two to each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from source_afas.people import probe_filters, probe_pages, probe_values
from source_afas.people.finding import Finding
from source_afas.people.looking import Looking

Grade = Literal["official", "official sample", "client code", "inferred", "divided"]

GRADES: Mapping[Grade, str] = {
    "official": "AFAS's own documentation or OpenAPI files say so",
    "official sample": "it stands in a sample of AFAS's, and is not said",
    "client code": "a public client or a vendor's page counts on it",
    "inferred": "it is deduced, and no source says it",
    "divided": "sources contradict each other",
}

Probe = Callable[[Looking], Finding]


@dataclass(frozen=True)
class Fact:
    """One fact of AFAS."""

    id: str
    says: str
    grade: Grade
    relied_on: tuple[str, ...]
    """The modules that count on it, within `source_afas`."""
    guard: str
    """What a read does where the fact is false."""
    probe: Probe | None
    contradicted_by: str = ""
    """The sandbox's switches, with blanks between them."""
    not_probed: str = ""
    """Why there is no probe."""

    @property
    def switches(self) -> tuple[str, ...]:
        """The sandbox's switches that make it false."""
        return tuple(self.contradicted_by.split())


HEAD = "each page must begin with the row of its border"
COUNT = "the end of a query is counted again with one small request"
TRIED = "a filter of a new shape is first tried on rows that are known"
TYPES = "values are converted where that is exact, and warned of where it is not"

FACTS: tuple[Fact, ...] = (
    # Pages
    Fact(
        "short-page-is-the-end",
        "A page with fewer rows than were asked for is the last one.",
        "official",
        ("reading/walk.py", "reading/slicer.py"),
        f"{COUNT}, from 100 rows on (5 % of the page, if that is less)",
        probe_pages.short_page_is_the_end,
        "short-pages short-pages-cap-echoed short-pages-rows-echoed short-pages-no-echo short-pages-echo-zero "
        "short-pages-by-cells pages-short-by-one pages-short-at-random one-row-for-many",
    ),
    Fact(
        "pages-hold-all-rows",
        "Every row of a query comes in one of its pages: none is taken out after the page was cut, and no page is "
        "empty before the end.",
        "inferred",
        ("reading/walk.py",),
        f"{HEAD}; an empty page is asked for twice where rows are due; slices are counted",
        probe_pages.pages_hold_all_rows,
        "pages-without-a-middle-row rights-after-paging filters-after-paging pages-short-at-random "
        "empty-page-now-and-then empty-page-twice empty-page-for-some-rows",
    ),
    # Progress
    Fact(
        "skip-and-take-are-obeyed",
        "A page begins `skip` rows into the query, and has no more than `take` rows.",
        "official",
        ("reading/walk.py", "reading/slicer.py", "reading/doubt.py"),
        f"{HEAD}, one that is reached by skipping too; a place that does not move fails the stream",
        probe_pages.skip_and_take_are_obeyed,
        "skip-ignored skip-in-pages skip-at-most-20 skip-refused one-row-more remembered-without-skip",
    ),
    Fact(
        "answers-are-fresh",
        "Every request has an answer of its own; none comes out of a memory.",
        "official",
        ("reading/asking.py",),
        f"no query is asked twice in one read; {HEAD}",
        probe_filters.answers_are_fresh,
        "same-page-always remembered-without-filters remembered-without-skip remembered-without-values",
    ),
    # Order
    Fact(
        "the-order-is-obeyed",
        "Rows come in the order of `orderbyfieldids`, all of its fields.",
        "official",
        ("reading/order.py",),
        "the order of every page is checked; where it is not kept, the stream is read by skipping, or fails",
        probe_values.the_order_is_obeyed,
        "order-ignored order-ignored-for-texts order-ignored-for-dates order-ignored-for-decimals order-first-field "
        "order-first-two-fields order-last-field-first",
    ),
    Fact(
        "every-type-sorts",
        "Rows can be sorted on fields of every type, and on as many as a request can name. (Memos are left out.)",
        "inferred",
        ("reading/order.py",),
        "where AFAS refuses, fewer fields are tried, with a warning",
        probe_values.every_type_sorts,
        "order-refused-for-texts order-refused-for-dates order-refused-for-decimals order-refused-for-booleans "
        "order-refused-for-blobs order-refused-beyond-1-field order-refused-beyond-3-fields",
    ),
    # Answers
    Fact(
        "a-page-has-three-parts",
        "A page is `skip`, `take` and a list of rows, without a message beside them.",
        "official sample",
        ("afas/page.py",),
        "an answer with a message is a refusal; parts that are new are warned of; one without rows is a fault",
        probe_pages.a_page_has_three_parts,
        "message-beside-rows message-instead-of-rows one-row-bare no-echo more-keys byte-order-mark",
    ),
    Fact(
        "an-empty-page-has-an-empty-list",
        "A page without rows has an empty list of them.",
        "inferred",
        ("afas/page.py", "reading/asking.py"),
        "other forms of nothing are empty pages where a page may be empty; they are asked for twice",
        probe_pages.an_empty_page_has_an_empty_list,
        "empty-as-204 empty-as-no-body empty-as-list empty-as-object empty-rows-null empty-rows-blank "
        "empty-rows-missing",
    ),
    Fact(
        "skip-and-take-are-echoed",
        "`skip` and `take` in an answer repeat the request.",
        "divided",
        ("reading/answer.py",),
        f"not counted on: where it says otherwise, {COUNT}",
        probe_pages.skip_and_take_are_echoed,
        "take-echoes-rows take-echoes-zero no-echo short-pages-cap-echoed short-pages-rows-echoed short-pages-no-echo "
        "short-pages-echo-zero",
    ),
    Fact(
        "ids-are-metainfos",
        "A row has all fields of metainfo and no others, under the same ids.",
        "official",
        ("afas/values.py", "schema.py"),
        "ids in another case are put right; fields that are new are passed on, with a warning",
        probe_values.ids_are_metainfos,
        "ids-upper-in-metainfo ids-lower-in-rows empty-fields-left-out",
    ),
    Fact(
        "types-are-metainfos",
        "Values are JSON numbers, booleans and texts, as metainfo's data types say.",
        "official sample",
        ("afas/values.py", "schema.py"),
        TYPES,
        probe_values.types_are_metainfos,
        "ints-shown-as-text ints-with-decimals decimals-as-text decimals-with-comma booleans-as-text "
        "booleans-as-numbers",
    ),
    # Filters
    Fact(
        "comma-is-and",
        "In the three lists of a filter, `,` means that all conditions hold.",
        "official",
        ("afas/query.py",),
        f"{TRIED}; {HEAD}",
        probe_filters.comma_is_and,
        "first-condition-only at-most-3-conditions lists-ignored filters-ignored",
    ),
    Fact(
        "semicolon-is-or",
        "In the three lists of a filter, `;` means that one of the conditions holds, of any number.",
        "official",
        ("afas/query.py",),
        f"{TRIED}; {HEAD}",
        probe_filters.semicolon_is_or,
        "lists-all-and lists-first-group lists-last-group at-most-2-alternatives at-most-5-alternatives",
    ),
    Fact(
        "mixed-lists-are-or-of-ands",
        "In the three lists of a filter, `A,B;C` means (A and B) or C.",
        "divided",
        ("afas/query.py",),
        f"used only where `filterjson` does not fit or is not understood; {TRIED}",
        probe_filters.mixed_lists_are_or_of_ands,
        "lists-and-of-ors lists-left-to-right lists-all-or mixed-lists-refused",
    ),
    Fact(
        "filterjson-is-or-of-ands",
        "In `filterjson`, the fields of a Filter must all hold, and of the Filters one.",
        "official",
        ("afas/query.py", "afas/forms.py"),
        f"{TRIED}; where it is refused or misread, the lists are tried",
        probe_filters.filterjson_is_or_of_ands,
        "filterjson-ignored filterjson-refused filterjson-and-of-ors filterjson-first-filter filterjson-last-filter",
    ),
    Fact(
        "a-field-may-come-twice",
        "Two conditions on one field, such as a range, both count.",
        "inferred",
        ("reading/slicer.py", "reading/order.py"),
        "windows and ranges are tried on known rows; where they are not borne out, the stream is read in one go",
        probe_filters.a_field_may_come_twice,
        "field-twice-last field-twice-first field-twice-refused",
    ),
    Fact(
        "comparisons-are-what-they-say",
        "`>=`, `<=`, `>`, `<` and `!=` compare as they say.",
        "official",
        ("afas/query.py", "reading/order.py"),
        f"{HEAD}; {COUNT}; no query is asked twice in one read. Of `!=` in a user's filter: nothing",
        probe_filters.comparisons_are_what_they_say,
        "at-or-after-is-after after-is-at-or-after before-is-at-or-before at-or-before-is-before after-is-not-equal "
        "beyond-is-all not-equal-finds-nothing",
    ),
    Fact(
        "filters-work-on-every-type",
        "A filter on a text, a number or a time is obeyed, before a page is cut.",
        "official",
        ("reading/filters.py", "reading/slicer.py"),
        f"{HEAD}; a filter of the user's that leaves no rows is warned of",
        probe_filters.filters_work_on_every_type,
        "date-filters-ignored decimal-filters-ignored text-filters-ignored int-filters-ignored "
        "date-filters-find-nothing filters-after-paging",
    ),
    Fact(
        "is-empty-finds-the-empty",
        "`is_empty` and `is_not_empty` beside the filler `[is leeg]` find what is empty, and what is not.",
        "official sample",
        ("afas/forms.py", "afas/query.py"),
        f"{TRIED}; where the filler is refused, an empty element and null are tried",
        probe_values.is_empty_finds_the_empty,
        "empty-and-not-empty-swapped emptiness-ignored filler-refused filler-compared",
    ),
    Fact(
        "a-bare-element-will-do",
        "An empty element of `filtervalues` beside `is_empty` keeps its place.",
        "inferred",
        ("afas/forms.py",),
        "not counted on: it is tried where the filler is not understood",
        probe_values.a_bare_element_will_do,
        "bare-emptiness-refused bare-emptiness-ignored bare-emptiness-compared empty-values-dropped "
        "empty-values-shifted",
    ),
    # null and ''
    Fact(
        "empty-texts-are-null",
        'An empty text is null in a row, never "" or a blank.',
        "client code",
        ("reading/order.py", "tracking/row_keys.py"),
        '"" is taken for null wherever rows meet filters',
        probe_values.empty_texts_are_null,
        "empty-text-shown-blank empty-text-shown-blank-last empty-text-shown-as-space empty-text-stored-blank "
        "null-and-blank null-and-blank-null-found null-and-blank-blank-found null-and-blank-as-one",
    ),
    Fact(
        "empty-numbers-are-null",
        "An empty number, time or boolean is null in a row, not 0, a date of 1900 or false.",
        "client code",
        ("reading/order.py", "reading/cursor.py"),
        f"{HEAD}; {COUNT}",
        probe_values.empty_numbers_are_null,
        "empty-number-shown-zero empty-date-shown-1900 empty-boolean-shown-false",
    ),
    Fact(
        "empty-sorts-first",
        "Empty values are sorted before all others.",
        "inferred",
        ("reading/order.py",),
        f"a page whose empty values come later is read by skipping, with a warning; {HEAD}",
        probe_values.empty_sorts_first,
        "empty-last empty-text-last empty-date-last",
    ),
    Fact(
        "less-finds-no-empty",
        "`<` and `<=` do not find empty values.",
        "inferred",
        ("afas/query.py", "reading/order.py"),
        "not counted on: what lies before a border includes the empty ones anyway",
        probe_values.less_finds_no_empty,
        "less-finds-empty",
    ),
    # Sort and comparison
    Fact(
        "texts-compare-as-they-sort",
        "Texts are sorted by the same rule by which a filter compares them.",
        "inferred",
        ("reading/order.py", "reading/slicer.py"),
        f"{HEAD}; {COUNT}; slices are counted between their borders",
        probe_values.texts_compare_as_they_sort,
        "sort-binary compare-binary sort-natural compare-natural sort-text-as-numbers compare-text-as-numbers "
        "sort-without-accents compare-without-accents sort-without-hyphens compare-letters-and-digits sort-digits-last "
        "sort-first-characters compare-first-characters sort-by-length null-and-blank-as-one",
    ),
    Fact(
        "texts-sort-without-case",
        "Texts are sorted and compared without regard to case, digits before letters, and accents count.",
        "inferred",
        ("afas/query.py",),
        "not counted on: a border lies between texts that differ under any such rule",
        probe_values.texts_sort_without_case,
        "binary natural digits-last accents-overlooked case-counts",
    ),
    Fact(
        "numbers-and-times-sort-as-such",
        "Numbers and times are sorted upward and compared as such, not as texts.",
        "inferred",
        ("reading/order.py", "reading/slicer.py"),
        f"the order of numbers and times is checked on every page; {HEAD}",
        probe_values.numbers_and_times_sort_as_such,
        "ints-as-text sort-ints-as-text compare-ints-as-text sort-decimals-as-text sort-dates-by-day sort-downwards",
    ),
    Fact(
        "texts-are-compared-whole",
        "A text is compared as it is shown: whole, and without blanks that are not shown.",
        "inferred",
        ("reading/order.py", "reading/filters.py"),
        f"{HEAD}; {COUNT}",
        probe_values.texts_are_compared_whole,
        "trailing-blanks-trimmed texts-cut long-values-cut",
    ),
    # Times
    Fact(
        "times-have-one-form",
        "Times are written 2026-01-31T09:00:00Z, to the second.",
        "official",
        ("afas/values.py", "reading/order.py"),
        f"times go into filters in whole seconds; {TYPES}; what is no time fails the stream",
        probe_values.times_have_one_form,
        "shown-with-milliseconds milliseconds-everywhere shown-with-offset shown-without-z shown-to-the-minute "
        "shown-to-the-day shown-with-space shown-in-dutch",
    ),
    Fact(
        "times-are-rounded",
        "Times are stored with fractions of a second, and shown rounded.",
        "client code",
        ("reading/order.py", "reading/cursor.py"),
        "not counted on: a border lies a second before the time shown, and syncs overlap",
        probe_values.times_are_rounded,
        "shown-cut-off compared-as-shown",
    ),
    Fact(
        "windows-meet",
        "A row is either before a time or at or after it, never both and never neither.",
        "inferred",
        ("reading/slicer.py",),
        "windows are tried on known rows, and their rows are counted",
        probe_values.windows_meet,
        "before-as-shown at-or-after-as-shown compared-to-the-minute compared-to-the-day",
    ),
    Fact(
        "filter-times-are-as-shown",
        "A time in a filter is of the same clock as the times in rows, without a `Z`.",
        "official sample",
        ("reading/cursor.py", "reading/slicer.py"),
        "windows are tried on known rows; an incremental sync that brings no row of its overlap is warned of",
        probe_values.filter_times_are_as_shown,
        "asked-times-in-utc asked-times-in-winter asked-times-cut-to-day shown-in-utc",
    ),
    Fact(
        "times-are-amsterdams",
        "Times are Amsterdam's; the `Z` behind them is false.",
        "official",
        ("afas/values.py", "reading/cursor.py"),
        "nothing; times are passed on without the `Z`, and each sync overlaps the last",
        probe_values.times_are_amsterdams,
        "shown-in-utc",
    ),
    # Refusals
    Fact(
        "refusals-say-why",
        "A GetConnector that is not open, and a field that is not there, are refused with status 500 and a sentence.",
        "divided",
        ("afas/failures.py",),
        "a refusal of another kind fails its stream in words that may blame the token or the day",
        probe_pages.refusals_say_why,
        "closed-as-400 closed-as-401 closed-as-403 closed-as-404 closed-as-500 closed-as-no-rows closed-in-other-words",
    ),
    # Keys
    Fact(
        "keys-are-unique",
        "The keys that the source knows tell each row from all others.",
        "inferred",
        ("reading/standard_get_connectors.yaml", "reading/describe.py"),
        "a key that comes twice is warned of; the rows are read all the same",
        probe_values.keys_are_unique,
        "last-row-twice some-rows-twice",
    ),
    Fact(
        "decimals-are-as-shown",
        "Decimals are compared as they are shown, and a filter has them with a point.",
        "inferred",
        ("reading/order.py", "reading/filters.py"),
        f"{HEAD}; a filter of the user's that leaves no rows is warned of",
        probe_values.decimals_are_as_shown,
        "decimals-finer decimal-comma decimal-point-refused decimal-point-is-thousands",
    ),
    # Booking days
    Fact(
        "changed-days-are-kept",
        "Profit_Fin_ChangedEntrydate lists every booking day with entries, however long ago, with the time of its last "
        "change.",
        "inferred",
        ("tracking/changed_days.py", "tracking/booking_days.py"),
        "if the oldest change listed is later than what the state knows, the stream is loaded anew",
        probe_values.changed_days_are_kept,
        "changed-days-kept-a-day changed-days-newest-3 changed-days-an-hour-late changed-days-in-utc "
        "changed-days-to-the-day",
    ),
    Fact(
        "changed-days-tell-all",
        "A booking day counts as changed when an entry was deleted from it or moved away, too.",
        "official",
        ("tracking/booking_days.py",),
        "nothing",
        None,
        "changed-days-without-deletions changed-days-without-moves",
        "it would take a deletion; a probe reads only",
    ),
    # The user's own filters
    Fact(
        "operators-on-texts",
        "`contains`, `starts_with` and the like take bare text, and `quick_filter` takes Profit's own, such as `1..5`.",
        "divided",
        ("reading/filters.py",),
        "a filter that leaves no rows is warned of; one that is ignored is not noticed",
        probe_filters.operators_on_texts,
        "contains-needs-percent starts-with-is-contains contains-ignored quick-filter-ignored",
    ),
    Fact(
        "booleans-are-true-or-one",
        "A filter on a boolean takes `true` and `false`, and `1` and `0` as well.",
        "client code",
        ("afas/query.py", "reading/filters.py"),
        "a filter that leaves no rows is warned of; one that is ignored is not noticed",
        probe_filters.booleans_are_true_or_one,
        "true-refused true-finds-nothing one-finds-nothing boolean-filters-ignored",
    ),
)
"""All of them; what most others depend on comes first, as a probe has only so many requests."""
