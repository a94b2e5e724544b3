"""What plain sense says of a month without any history: limits of measures that are nearly 0 in every good month, and
columns that look as no month does.

A centre whose own months have always been beyond a limit (an ACD that counts ringing as talk, say) is held against
these months alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """A measure above `confirm` is asked about; above `refuse` it is surely wrong, where the centre's own months were good. `fewest` rows must stand behind it."""

    measure: str
    confirm: float
    refuse: float = 1e9
    fewest: int = 20
    source: str | None = None


#: Measures whose good value is 0 or near it, by what share of rows they may exceed.
LIMITS = (
    Limit("unknown_contact", 0.01, 0.5),
    Limit("other_agent", 0.01, 0.5),
    Limit("overlap", 0.005),
    Limit("doubled", 0.01, 0.2),
    Limit("off_duration", 0.05),
    Limit("gap", 0.005),
    Limit("outside_states", 0.05),
    Limit("legs_outside_plan", 0.10),
    Limit("exact_start", 0.30),
    Limit("unplanned", 0.15),
    Limit("absent", 0.25),
    Limit("without_legs", 0.25),
    Limit("without_states", 0.05),
    Limit("contradicts", 0.05, fewest=50),
)

_LIMITS = ", ".join(f"('{each.measure}', {each.confirm}, {each.refuse}, {each.fewest})" for each in LIMITS)

#: Beyond its limit by more than chance, and beyond what the centre's own months were.
BEYOND_LIMITS = f"""
    with limits(measure, confirm_above, refuse_above, fewest) as (values {_LIMITS}),
    earlier as (
        select trailing_month.month, source, column_name, part_kind, part, measure, median(value) as usual,
            max(value) as highest
        from source_profile
        join trailing_month on trailing_month.earlier = source_profile.month
        where measure in (select measure from limits)
        group by all
    ),
    met as (
        select profile.*, usual, confirm_above, refuse_above,
            greatest(confirm_above, 1.5 * coalesce(highest, 0))
                + 3 * sqrt(confirm_above * (1 - confirm_above) / profile.rows) as tolerated
        from source_profile as profile
        join limits using (measure)
        left join earlier using (month, source, column_name, part_kind, part, measure)
        where month in (select month from month_asked) and profile.rows >= fewest
    )
    select month, measure as code, source, column_name, part_kind, part, measure, null as word,
        value as observed, usual, rows, value / tolerated as excess,
        if(value > refuse_above and usual <= confirm_above and part_kind = 'all' and rows >= 100, 'refused', 'to_confirm')
            as severity
    from met
    where value > tolerated
"""

#: Handled by contacts against occupied by states: near 1 wherever both are whole, unless agents chat with several at once.
HANDLED = """
    with earlier as (
        select trailing_month.month, part_kind, part, median(value) as usual, max(value) - min(value) as range_of_months
        from source_profile join trailing_month on trailing_month.earlier = source_profile.month
        where measure = 'handle_to_occupied' group by all
    ),
    met as (
        select profile.*, usual,
            if(usual is null,
                abs(ln(greatest(value, 0.001))) / ln(2),
                abs(value / usual - 1) / greatest(0.05, 4 * range_of_months / usual, 1 / sqrt(profile.rows + 1))) as excess
        from source_profile as profile
        left join earlier using (month, part_kind, part)
        where measure = 'handle_to_occupied' and month in (select month from month_asked) and profile.rows >= 20
    )
    select month, measure as code, source, column_name, part_kind, part, measure, null as word, value as observed,
        coalesce(usual, 1) as usual, rows, excess, 'to_confirm' as severity
    from met where excess > 1
"""

#: The median shift begins within five minutes of its plan; with history, within five minutes of the usual.
LATE = """
    with earlier as (
        select trailing_month.month, part_kind, part, median(value) as usual
        from source_profile join trailing_month on trailing_month.earlier = source_profile.month
        where measure = 'late_seconds' group by all
    )
    select profile.month, measure as code, source, column_name, profile.part_kind, profile.part, measure, null as word,
        value as observed, coalesce(usual, 0) as usual, rows, abs(value - coalesce(usual, 0)) / 300 as excess,
        'to_confirm' as severity
    from source_profile as profile
    left join earlier using (month, part_kind, part)
    where measure = 'late_seconds' and profile.month in (select month from month_asked) and rows >= 20
        and abs(value - coalesce(usual, 0)) > 300
"""

#: Columns whose values vary in every month that is whole: one value, or none, throughout is asked about.
_VARIES = """(
    ('acd.contact_legs', 'outcome'), ('acd.contact_legs', 'talk_seconds'), ('acd.contact_legs', 'wrap_seconds'),
    ('acd.contact_legs', 'transferred'), ('acd.contact_legs', 'answered_at'),
    ('acd.agent_states', 'state'), ('crm.surveys', 'csat'), ('crm.surveys', 'nps'), ('crm.surveys', 'resolution'),
    ('crm.surveys', 'attitude'), ('crm.surveys', 'speed'), ('crm.surveys', 'ease'), ('crm.cases', 'closed_at'),
    ('crm.cases', 'due_at'), ('crm.complaints', 'upheld'), ('crm.complaints', 'category'), ('crm.orders', 'amount'), ('crm.orders', 'paid_at'),
    ('crm.orders', 'refunded_at'), ('crm.orders', 'status'), ('qa.evaluations', 'score'), ('qa.evaluations', 'critical_error'), ('qa.evaluations', 'status'),
    ('qa.evaluation_items', 'points'), ('qa.evaluation_items', 'share_of_points'), ('qa.report_deliveries', 'delivered_at'), ('qa.report_deliveries', 'defects'),
    ('hr.schedules', 'activity'), ('hr.staffing_requirements', 'required_agents'), ('hr.training_records', 'exam_passed'), ('hr.training_records', 'exam_score'),
    ('hr.appraisals', 'self_score'), ('hr.appraisals', 'manager_score'), ('hr.appraisals', 'self_above_manager')
)"""

CONSTANT = f"""
    select month, 'one_value_throughout' as code, source, column_name, part_kind, part, 'common' as measure, null as word,
        if(measure = 'empty', 0, value) as observed, null as usual, rows, 2 as excess, 'to_confirm' as severity
    from source_profile
    where month in (select month from month_asked) and part_kind = 'all' and rows >= 20
        and (source, column_name) in {_VARIES}
        and ((measure = 'common' and value >= 0.999) or (measure = 'empty' and value >= 0.999))
        -- A column that has always been so says nothing of this month.
        and not exists (
            from source_profile as earlier join trailing_month on earlier.month = trailing_month.earlier
            where trailing_month.month = source_profile.month and earlier.source = source_profile.source
                and earlier.column_name = source_profile.column_name and earlier.part_kind = 'all'
                and earlier.measure = source_profile.measure and earlier.value >= 0.98
        )
"""

#: Words without which no month is: of 200 inbound contacts somebody gives up, of many states some are breaks.
_EXPECTED_WORDS = """(values
    ('acd.contact_legs', 'outcome', 'abandoned', 500), ('acd.agent_states', 'state', 'available', 500),
    ('acd.agent_states', 'state', 'break', 2000), ('hr.schedules', 'activity', 'break', 500),
    ('hr.schedules', 'activity', 'leave', 2000), ('crm.orders', 'status', 'cancelled', 200), ('crm.complaints', 'upheld', 'false', 50),
    ('crm.complaints', 'upheld', 'true', 50), ('crm.surveys', 'csat', '1', 500), ('crm.surveys', 'csat', '2', 200), ('crm.surveys', 'csat', '5', 100),
    ('qa.evaluations', 'critical_error', 'true', 100)
) as expected(source, column_name, word, fewest)"""

WITHOUT_WORD = f"""
    select profile.month, 'word_is_missing' as code, profile.source, profile.column_name, 'all' as part_kind, 'all' as part,
        'share' as measure, expected.word, 0 as observed, null as usual, profile.rows, 1.5 as excess, 'to_confirm' as severity
    from source_profile as profile
    join {_EXPECTED_WORDS} using (source, column_name)
    where profile.month in (select month from month_asked) and profile.part_kind = 'all' and profile.measure = 'empty'
        and profile.rows * (1 - profile.value) >= fewest
        and not exists (
            from source_profile as seen where seen.source = profile.source and seen.column_name = profile.column_name
                and seen.measure = 'share' and seen.word = expected.word and seen.part_kind = 'all'
                and (seen.month = profile.month)
        )
        -- Where no earlier month had it either, it is the centre's way.
        and (
            not exists (from trailing_month where month = profile.month)
            or exists (
                from source_profile as seen join trailing_month on seen.month = trailing_month.earlier
                where trailing_month.month = profile.month and seen.source = profile.source
                    and seen.column_name = profile.column_name and seen.measure = 'share' and seen.word = expected.word
            )
        )
"""

#: Scales: what stands in a column against the scale that its contract gives it.
SCALES = """
    with number as (
        select month, source, column_name, rows,
            max(value) filter (measure = 'mean') as mean, max(value) filter (measure = 'q90') as q90,
            max(value) filter (measure = 'whole') as whole, max(value) filter (measure = 'midnight') as midnight,
            max(value) filter (measure = 'zero') as zero, max(value) filter (measure = 'hour') as hour,
            max(value) filter (measure = 'days_short') as days_short,
            max(value) filter (measure = 'rows_a_day') as rows_a_day, max(value) filter (measure = 'empty') as empty
        from source_profile
        where month in (select month from month_asked) and part_kind = 'all'
        group by all
    ),
    found as (
        select month, 'scale_used_at_one_end' as code, source, column_name, q90 as observed, rows from number
        where rows >= 20 and q90 <= 20
            and (source, column_name) in (('qa.evaluations', 'score'), ('hr.appraisals', 'self_score'),
                ('hr.appraisals', 'manager_score'), ('hr.training_records', 'exam_score'))
        union all
        select month, 'whole_numbers_throughout', source, column_name, whole, rows from number
        where rows >= 100 and whole = 1 and (source, column_name) in (('crm.orders', 'amount'))
        union all
        select month, 'midnight_throughout', source, column_name, midnight, rows from number
        where rows >= 20 and midnight > 0.9
        union all
        select month, 'hour_throughout', source, column_name, hour, rows from number
        where rows >= 50 and hour > 0.9 and (source, column_name) in (('crm.cases', 'closed_at'),
            ('crm.surveys', 'responded_at'), ('crm.orders', 'paid_at'), ('qa.report_deliveries', 'delivered_at'))
        union all
        select month, 'ends_early', source, column_name, days_short, rows from number
        join month_reach using (month)
        where is_closed and days_short >= 5 and rows_a_day >= 2 and source not like 'hr.training%'
        union all
        select month, 'never_empty', source, column_name, empty, rows from number
        where empty = 0 and rows >= 1000 and (source, column_name) in (('crm.cases', 'closed_at'))
        union all
        select month, 'far_above_its_plan', source, column_name, mean, rows from number
        where (source, column_name) in (('hr.training_sessions', 'held_to_planned'), ('hr.budget_lines', 'spent_to_budgeted'))
            and (mean > 3 or mean < 0.05)
        union all
        select month, 'equal_throughout', source, column_name, zero, rows from number
        where rows >= 20 and zero > 0.5 and (source, column_name) in (('crm.cases', 'due_at'),
            ('crm.cases', 'closed_after_due'), ('qa.report_deliveries', 'delivered_at'), ('hr.appraisals', 'self_above_manager'),
            ('crm.orders', 'refunded_at'))
    )
    select found.month, code, source, column_name, 'all' as part_kind, 'all' as part, code as measure, null as word,
        observed, null as usual, rows, 2 as excess, 'to_confirm' as severity
    from found
    where not exists (from trailing_month where month = found.month)
"""

ALL = (BEYOND_LIMITS, HANDLED, LATE, CONSTANT, WITHOUT_WORD, SCALES)
