"""What of a source is odd in a month, found by `expectations.oddities`: the sentences, and the KPIs that a column touches.

Nothing is measured here. One expectation for each kind of evidence: the centre's own months, other sources, plain sense,
what was known before.
"""

from collections.abc import Mapping

from expectations.suite import Expectation

#: Columns that make some of their source's KPIs only.
_KPIS_OF_COLUMN = {
    ("acd.contact_legs", "transferred"): ("transfer_rate",),
    ("acd.contact_legs", "customer_id"): ("first_contact_resolution_rate",),
    ("acd.contact_legs", "topic"): ("first_contact_resolution_rate",),
    ("acd.contact_legs", "hold_seconds"): ("average_handle_time",),
    ("acd.contact_legs", "talk_seconds"): ("average_handle_time",),
    ("acd.contact_legs", "wrap_seconds"): ("average_handle_time",),
    ("crm.surveys", "csat"): ("csat_satisfied_rate", "csat_score"),
    ("crm.surveys", "nps"): ("net_promoter_score",),
    ("crm.surveys", "resolution"): ("resolution_csat_score",),
    ("crm.surveys", "attitude"): ("attitude_csat_score",),
    ("crm.surveys", "speed"): ("speed_csat_score",),
    ("crm.surveys", "ease"): ("ease_csat_score",),
    ("crm.orders", "amount"): ("average_order_value", "order_value"),
    ("crm.orders", "paid_at"): ("payment_rate", "refund_rate"),
    ("crm.orders", "refunded_at"): ("refund_rate",),
    ("crm.cases", "due_at"): ("case_on_time_rate",),
    ("qa.evaluations", "critical_error"): ("error_rate",),
    ("qa.report_deliveries", "defects"): ("report_accuracy_rate",),
    ("qa.report_deliveries", "delivered_at"): ("report_timeliness_rate",),
    ("hr.employees", "probation_ends_on"): ("probation_attrition_rate", "probation_pass_rate"),
    ("hr.employees", "probation_result"): ("probation_pass_rate",),
    ("hr.employees", "left_reason"): ("voluntary_attrition_rate",),
    ("acd.queues", "service_level_seconds"): ("service_level",),
}
_KPI_ROWS = ", ".join(
    f"('{source}', '{column}', {list(kpis)!r})" for (source, column), kpis in _KPIS_OF_COLUMN.items()
)

#: Measures that people read in percent.
_SHARES = (
    "measure in ('share', 'hours', 'empty', 'distinct', 'zero', 'whole', 'midnight', 'hour', 'common', 'unknown_contact', 'other_agent', "
    "'overlap', 'doubled', 'off_duration', 'gap', 'outside_states', 'legs_outside_plan', 'exact_start', 'unplanned', "
    "'absent', 'without_legs', 'without_states', 'contradicts', 'hour_throughout', 'handle_to_occupied', 'same_marks', 'midnight_throughout', "
    "'whole_numbers_throughout', 'equal_throughout', 'far_above_its_plan')"
)


def _broken(codes: str, source: str, variant: str) -> str:
    """SQL for the oddities of a source that one of the checks `codes` found."""
    return f"""
        select month,
            map_from_entries(list_filter([
                {{'k': 'source', 'v': source}}, {{'k': 'column', 'v': cause}},
                {{'k': part_kind, 'v': part}}], entry -> entry.k <> 'all')) as keys,
            struct_pack(
                column_name := coalesce(column_name, ''), word := coalesce(word, ''),
                found_share := if({_SHARES}, observed, null), usual_share := if({_SHARES}, usual, null),
                number := if({_SHARES}, null, if(measure = 'log_mean', exp(observed), observed)),
                usual_number := if({_SHARES}, null, if(measure = 'log_mean', exp(usual), usual)),
                late_seconds := if(measure = 'late_seconds', observed, null), usual_rows := rows) as found,
            severity, {variant} as variant,
            case when {_SHARES} then abs(observed - coalesce(usual, 0))
                else least(10, abs(observed - coalesce(usual, 0)) / greatest(abs(coalesce(usual, 0)), 1)) end as damage,
            if(code = 'part_has_closed', (select list(kpi_id order by kpi_id) from intermediate.int_kpi_definitions), touched.kpis)
                as kpis
        from found_oddity
        left join (values {_KPI_ROWS}) as touched(touched_source, touched_column, kpis)
            on touched_source = source and touched_column = column_name
        where source = '{source}' and code in ({codes})
    """


_USUAL: Mapping[str, str] = {
    "share": "{column_name} is {word} in {found_share} of the rows, usual is {usual_share}",
    "hours": "{found_share} of the rows are of the four hours from {word} o'clock, usual are {usual_share}",
    "empty": "{column_name} is empty in {found_share} of the rows, usual is {usual_share}",
    "distinct": "of {column_name}, {found_share} of the rows are different ones, usual is {usual_share}",
    "zero": "{column_name} is 0, or the same instant as the row's own, in {found_share} of the rows, usual is {usual_share}",
    "whole": "{column_name} is a whole number in {found_share} of the rows, usual is {usual_share}",
    "midnight": "{column_name} is at midnight in {found_share} of the rows, usual is {usual_share}",
    "hour": "{column_name} is at a full hour in {found_share} of the rows, usual is {usual_share}",
    "mean": "{column_name} is {number} on average, usual is {usual_number}",
    "log_mean": "{column_name} is typically {number}, usual is {usual_number}",
    "rows_a_day": "{number} rows a day, usual are {usual_number}",
    "days_short": "the last row lies {number} days before the end of the month",
    "vanished": "{column_name} is {word} in no row any more, usual is {usual_share} of the rows",
    "not_empty": "{column_name} is empty in no row any more, usual is {usual_share} of the rows",
    "no_rows": "no row in this month, usual are {usual_number}",
    "carries": "one row has {number}, the largest was {usual_number} before",
}
_USUAL_VARIANT = """
    case when code = 'no_rows_this_month' then 'no_rows'
        when code = 'one_value_carries_the_month' then 'carries'
        when code = 'share_vanished' and measure = 'share' then 'vanished'
        when code = 'share_vanished' and measure = 'empty' then 'not_empty'
        else measure end
"""

_OTHERS: Mapping[str, str] = {
    "unknown_contact": "{found_share} of the rows that name a contact name one that no contact leg has",
    "other_agent": "{found_share} of the rows name an agent who answered no leg of their contact",
    "overlap": "{found_share} of the rows of an agent begin before the one before them has ended",
    "doubled": "{found_share} of the rows equal another one of the same customer and agent a few minutes apart",
    "off_duration": "in {found_share} of the answered legs talk and hold are not the time from answer to end",
    "gap": "{found_share} of the states begin later than the one before them ended, within a shift",
    "outside_states": "at the answer of {found_share} of the legs their agent was in no state of talking, holding or wrap-up",
    "legs_outside_plan": "{found_share} of the legs were answered outside the agent's plan, usual is {usual_share}",
    "exact_start": "{found_share} of the shifts begin at the very second of the plan, as if the plan had been made after them",
    "unplanned": "{found_share} of the days on which agents were logged in have no plan",
    "absent": "on {found_share} of the planned agent-days the agent was in no state",
    "without_legs": "on {found_share} of the days on which agents were busy they answered no contact",
    "without_states": "on {found_share} of the days on which agents answered contacts they were in no state",
    "handle_to_occupied": "handling contacts took {found_share} of the time that agents were busy, usual is {usual_share}",
    "contradicts": "in {found_share} of the rows csat and nps contradict each other, usual is {usual_share}",
    "late_seconds": "shifts begin {late_seconds} after their plan in the median",
}

_SENSE: Mapping[str, str] = {
    "one_value_throughout": "{column_name} is the same, or empty, in every row",
    "word_is_missing": "{column_name} is never {word}",
    "scale_used_at_one_end": "nine in ten values of {column_name} are at most {number}, on a scale to 100",
    "whole_numbers_throughout": "every {column_name} is a whole number, as if it were in cents",
    "midnight_throughout": "{column_name} is at midnight in {found_share} of the rows",
    "hour_throughout": "{column_name} is at a full hour in {found_share} of the rows",
    "ends_early": "the last row lies {number} days before the end of the month",
    "never_empty": "{column_name} is empty in no row, as if what is still open had been left out",
    "equal_throughout": "{column_name} is the same as what it is held against in {found_share} of the rows",
    "far_above_its_plan": "{column_name} is {found_share} on average",
    "zero_throughout": "{column_name} is 0 in every row",
    "emptiness_appeared": "{column_name} is empty in {found_share} of the rows, in which it never was before",
}

_KNOWN: Mapping[str, str] = {
    "known_values_changed": "{number} of {usual_rows} known values of {column_name} are others now, the first: {word}",
    "people_are_missing": "{number} of {usual_rows} people who had not left are not in the newest file",
    "known_people_under_new_ids": "{number} people of the newest file have the name and first day of somebody known under another id",
    "part_has_closed": "nobody is left there since {word}; {number} people have left",
    "same_as_before": "the newest file has the same {number} rows as the one before it",
    "marks_of_last_month": "{found_share} of the marks are those of the month before",
}


def _listed(sentences: Mapping[str, str]) -> str:
    return ", ".join(f"'{code}'" for code in sentences)


def oddities(source: str) -> tuple[Expectation, ...]:
    """The four expectations of a source."""
    return (
        Expectation(
            name="source_looks_as_usual",
            expected="rows, words, emptiness and averages of each column as in the trailing months",
            found=_USUAL,
            severity="to_confirm",
            broken_rows=_broken(
                "'left_usual_range', 'share_vanished', 'no_rows_this_month', 'one_value_carries_the_month'",
                source,
                _USUAL_VARIANT,
            ),
        ),
        Expectation(
            name="source_agrees_with_others",
            expected="what it says of contacts, agents and shifts as the other sources say it",
            found=_OTHERS,
            severity="to_confirm",
            broken_rows=_broken(_listed(_OTHERS), source, "code"),
        ),
        Expectation(
            name="source_makes_sense",
            expected="values that vary, on their scale, in every word that a month has",
            found=_SENSE,
            severity="to_confirm",
            broken_rows=_broken(_listed(_SENSE), source, "code"),
        ),
        Expectation(
            name="source_keeps_what_was_known",
            expected="people and settings as delivered before, apart from single corrections",
            found=_KNOWN,
            ask="Ask the people who keep {table} whether this was meant; if not, deliver it again.",
            severity="to_confirm",
            broken_rows=_broken(_listed(_KNOWN), source, "code"),
        ),
    )
