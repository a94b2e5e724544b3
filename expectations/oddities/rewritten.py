"""People go one way, and settings are announced: what the newest delivery says otherwise of what was known before.

Compared are the newest file of a source and what was current before it, by key. A few corrections are ordinary; what
changes in bulk, what is taken back, and settings on which KPIs turn are asked about with their old and new values.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Compared:
    """Columns of a source that are compared by `key`: from `fewest` changed values on, where these are more than
    `share` of the values that both deliveries give."""

    source: str
    key: Sequence[str]
    columns: Sequence[str]
    fewest: int
    share: float


_COMPARED = (
    Compared("acd.queues", ("queue_id",), ("business_line", "channel", "service_level_seconds", "short_abandon_seconds"), 1, 0),
    Compared("hr.sites", ("site_id",), ("time_zone", "country"), 1, 0),
    Compared("hr.employees", ("employee_id",), ("hired_on", "left_on", "left_reason", "probation_ends_on", "probation_result", "agent_id"), 3, 0.1),
    Compared("hr.assignments", ("employee_id", "valid_from"), ("site_id", "team_id", "business_line", "role"), 3, 0.05),
)  # fmt: skip

_LATEST_ASKED = "(select max(month) from month_asked)"


def _newest(source: str) -> str:
    return f"""newest as (
        select arg_max(delivery_id, order_key) as delivery_id, max(order_key) as order_key
        from raw.delivery where table_name = '{source}' and superseded_by is null and rows > 0
    )"""


def _changed(compared: Compared) -> str:
    raw = "raw." + compared.source.replace(".", "__")
    key = ", ".join(compared.key)
    values = ", ".join(f"cast({column} as varchar)" for column in compared.columns)
    names = ", ".join(f"'{column}'" for column in compared.columns)
    return f"""
        with {_newest(compared.source)},
        version as (
            select {key}, [{values}] as words, delivery_id = (select delivery_id from newest) as is_new,
                delivery_order, line_number
            from {raw} where error_code is null
        ),
        was as (
            select {key}, arg_max(words, (delivery_order, line_number)) as words
            from version where not is_new group by all
        ),
        is_now as (
            select {key}, arg_max(words, line_number) as words from version where is_new group by all
        ),
        met as (
            select unnest([{names}]) as column_name, unnest(was.words) as old_value, unnest(is_now.words) as new_value
            from is_now join was using ({key})
        ),
        counted as (
            select column_name, count(*) filter (old_value is distinct from new_value and old_value is not null) as changed,
                count(*) filter (old_value is not null) as known,
                first(old_value order by old_value, new_value) filter (old_value is distinct from new_value and old_value is not null) as old_value,
                first(new_value order by old_value, new_value) filter (old_value is distinct from new_value and old_value is not null) as new_value
            from met group by column_name
        )
        select {_LATEST_ASKED} as month, 'known_values_changed' as code, '{compared.source}' as source, column_name,
            'all' as part_kind, 'all' as part, 'changed' as measure, old_value || ' → ' || coalesce(new_value, '') as word,
            changed as observed, 0 as usual, known as rows,
            1 + 4 * changed / known as excess, 'to_confirm' as severity
        from counted
        where known > 0 and changed >= {compared.fewest} and changed > {compared.share} * known
    """


_VERSIONS = f"""
    with {_newest("hr.employees")},
    before as (
        select arg_max(delivery.delivery_id, delivery.order_key) as delivery_id
        from raw.delivery, newest
        where table_name = 'hr.employees' and superseded_by is null and delivery.rows > 0 and delivery.order_key < newest.order_key
    ),
    new_row as (select * from raw.hr__employees where delivery_id = (select delivery_id from newest)),
    old_row as (select * from raw.hr__employees where delivery_id = (select delivery_id from before))
"""

_ABSENT = f"""
    {_VERSIONS},
    absent as (
        select count(*) filter (employee_id not in (select employee_id from new_row)) as absent, count(*) as active
        from old_row where left_on is null
    )
    select {_LATEST_ASKED} as month, 'people_are_missing' as code, 'hr.employees' as source, 'employee_id' as column_name,
        'all' as part_kind, 'all' as part, 'absent_people' as measure, null as word, absent as observed, 0 as usual,
        active as rows, 1 + 10 * absent / active as excess, 'to_confirm' as severity
    from absent
    -- A file with half of the people is one of several, not the whole roster.
    where absent > 0 and absent < 0.5 * active
"""

_KNOWN_NAME = f"""
    {_VERSIONS},
    again as (
        select count(distinct new_row.employee_id) as again, (select count(*) from new_row) as people
        from new_row
        join raw.hr__employees as earlier
            on earlier.full_name = new_row.full_name and earlier.hired_on = new_row.hired_on
            and earlier.employee_id <> new_row.employee_id
            and earlier.delivery_id <> (select delivery_id from newest)
        where new_row.employee_id not in (
            select employee_id from raw.hr__employees where delivery_id <> (select delivery_id from newest)
        )
    )
    select {_LATEST_ASKED} as month, 'known_people_under_new_ids' as code, 'hr.employees' as source,
        'employee_id' as column_name, 'all' as part_kind, 'all' as part, 'known_people' as measure, null as word,
        again as observed, 0 as usual, people as rows,
        1 + 10 * again / people as excess, 'to_confirm' as severity
    from again where again > 0
"""

_SAME_ROSTER = f"""
    {_VERSIONS},
    content as (
        select delivery_id, count(*) as rows,
            bit_xor(hash(employee_id, agent_id, hired_on, left_on, left_reason, probation_ends_on, probation_result)) as fingerprint
        from raw.hr__employees group by all
    )
    select {_LATEST_ASKED} as month, 'same_as_before' as code, 'hr.employees' as source, null as column_name,
        'all' as part_kind, 'all' as part, 'same_rows' as measure, null as word, rows as observed, null as usual, rows,
        2 as excess, 'to_confirm' as severity
    from content
    where delivery_id = (select delivery_id from newest)
        and fingerprint = (select fingerprint from content where delivery_id = (select delivery_id from before))
        -- Where rosters have been equal before, nothing happens from month to month.
        and (select count(distinct fingerprint) = count(*) from content where delivery_id <> (select delivery_id from newest))
"""

_SAME_MARKS = """
    with marks as (
        select asked.month, asked.employee_id,
            asked.self_score is not distinct from earlier.self_score
                and asked.manager_score is not distinct from earlier.manager_score as is_same
        from staging.stg_hr__appraisals as asked
        join staging.stg_hr__appraisals as earlier
            on earlier.employee_id = asked.employee_id and earlier.month = asked.month - interval 1 month
        where asked.month in (select month from month_asked)
    )
    select month, 'marks_of_last_month' as code, 'hr.appraisals' as source, 'manager_score' as column_name,
        'all' as part_kind, 'all' as part, 'same_marks' as measure, null as word, avg(cast(is_same as int)) as observed,
        0 as usual, count(*) as rows, 2 * avg(cast(is_same as int)) as excess, 'to_confirm' as severity
    from marks group by month having count(*) >= 5 and avg(cast(is_same as int)) > 0.5
"""

ALL = (*(_changed(each) for each in _COMPARED), _ABSENT, _KNOWN_NAME, _SAME_ROSTER, _SAME_MARKS)
