"""A small made-up centre as a build database: every table the gate reads, good in all respects, made by SQL alone.

Twelve agents in two teams at two sites, weekdays only, some thirty legs a day each. Tests spoil one thing in it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from tests.expectations.scorecards import make_scorecards
from tests.expectations.sources import make_sources

# What the fixture's KPIs divide: id, unit, scopes, measures, numerator factor, divisors, never negative.
_ALL_SCOPES = "centre|site|business_line|team|employee"
_DEFINITIONS = [
    ("schedule_adherence_rate", "ratio", _ALL_SCOPES, "adherent_seconds", "scheduled_seconds", 1, 1, 1),
    ("schedule_conformance_rate", "ratio", _ALL_SCOPES, "logged_in_seconds", "scheduled_seconds", 1, 1, 1),
    ("attendance_rate", "ratio", _ALL_SCOPES, "attended_shifts", "shifts", 1, 1, 1),
    ("occupancy_rate", "ratio", _ALL_SCOPES, "occupied_seconds", "productive_seconds", 1, 1, 1),
    (
        "contacts_per_hour",
        "per_hour",
        "centre|site|team|employee",
        "answered_legs",
        "productive_seconds",
        1,
        1,
        3600,
    ),
    ("average_handle_time", "seconds", _ALL_SCOPES, "handle_seconds", "answered_legs", 1, 1, 1),
    ("answer_rate", "ratio", "centre|business_line", "answered_legs", "offered_legs", 1, 1, 1),
    (
        "report_timeliness_rate",
        "ratio",
        "centre|site|team|employee",
        "reports_on_time",
        "reports_due",
        1,
        1,
        1,
    ),
    ("report_accuracy_rate", "ratio", "centre|site|team|employee", "reports_on_time", "reports_due", 1, 1, 1),
    (
        "attrition_rate",
        "ratio",
        "centre|site|business_line|team",
        "separations",
        "heads_at_both_ends",
        1,
        1,
        2,
    ),
    ("csat_score", "points", _ALL_SCOPES, "csat_sum", "csat_count", 1, 1, 1),
]
_MEASURES = (
    "adherent_seconds",
    "scheduled_seconds",
    "logged_in_seconds",
    "attended_shifts",
    "shifts",
    "occupied_seconds",
    "productive_seconds",
    "answered_legs",
    "handle_seconds",
    "reports_on_time",
    "reports_due",
    "csat_sum",
    "csat_count",
)
MONTHS = (date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1))
LAST = MONTHS[-1]


def make_centre(
    path: Path,
    months: Sequence[date] = MONTHS,
    *,
    volume: Mapping[date, float] | None = None,
    noise: float = 0.1,
    seed: int = 1,
) -> Path:
    """Write the build database of a good centre to `path`. `volume`: how busy a month is, 1 being usual; `noise`: by
    how much an agent's day may differ from it."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for schema in ("marts", "raw", "quarantine", "staging", "intermediate"):
            connection.execute(f"create schema {schema}")
        connection.execute("create temp table busy (month date, volume double, seed bigint, noise double)")
        rows = [[month, (volume or {}).get(month, 1.0), seed, noise] for month in months]
        connection.executemany("insert into busy values (?, ?, ?, ?)", rows)
        connection.execute(
            "create table intermediate.int_kpi_definitions (kpi_id varchar, unit varchar, scopes varchar, "
            "numerator_measure varchar, denominator_measure varchar, numerator_factor bigint, "
            "numerator_divisor bigint, denominator_divisor bigint, is_denominator_one boolean default false, "
            "is_cohort boolean default false, event_size integer default 1, scale_width integer, "
            "lower_bound integer, upper_bound integer, needs varchar)"
        )
        connection.executemany(
            "insert into intermediate.int_kpi_definitions (kpi_id, unit, scopes, numerator_measure, "
            "denominator_measure, numerator_factor, numerator_divisor, denominator_divisor) "
            "values (?, ?, ?, ?, ?, ?, ?, ?)",
            _DEFINITIONS,
        )
        connection.execute(
            "create table intermediate.int_kpi_needs as "
            "select kpi_id, 'acd.contact_legs' as need, true as is_delivered from intermediate.int_kpi_definitions"
        )
        connection.execute(_SCRIPT.replace("{measures}", ", ".join(_MEASURES)))
        make_scorecards(connection)
        make_sources(connection)
    return path


# Chance is a hash of who, when and the seed, so that the same centre comes out every time.
_SCRIPT = """
update intermediate.int_kpi_definitions set
    scale_width = if(unit = 'points', 4, 1),
    lower_bound = if(unit = 'points', 1, 0),
    upper_bound = case
        when unit = 'points' then 5
        when unit = 'ratio' and kpi_id not in ('schedule_conformance_rate', 'attrition_rate') then 1
    end;

create table marts.dim_site as
select * from (values ('SHA', 'Shanghai', 'Asia/Shanghai', 'CN'), ('NYC', 'New York', 'America/New_York', 'US'))
    as site (site_id, site_name, time_zone, country)
cross join (select date '2020-01-01' as valid_from, cast(null as date) as valid_to);

create table marts.dim_team as
select team_id, team_id as team_name, date '2020-01-01' as valid_from, cast(null as date) as valid_to
from (values ('T1'), ('T2')) as team (team_id);

create table marts.dim_queue as
select 'Q1' as queue_id, 'inquiry' as business_line, date '2020-01-01' as valid_from, cast(null as date) as valid_to;

create table marts.dim_employee as
select 'E' || printf('%02d', i) as employee_id, 'A' || printf('%02d', i) as agent_id,
    if(i % 2 = 0, 'SHA', 'NYC') as site_id, if(i % 2 = 0, 'T1', 'T2') as team_id, 'inquiry' as business_line,
    'agent' as role, date '2020-01-01' as hired_on, cast(null as date) as left_on,
    date '2020-01-01' as valid_from, cast(null as date) as valid_to
from range(12) as employee (i);

create table marts.dim_kpi as
select kpi_id, kpi_id as name_en, kpi_id as name_zh, unit, 'higher' as better, 'made up' as definition,
    'made up' as numerator, 'made up' as denominator, 'manager' as owner_role
from intermediate.int_kpi_definitions;

create table marts.dim_date as
select cast(day as date) as date
from range(timestamp '2026-01-01', timestamp '2027-01-01', interval 1 day) as calendar (day);

create temp table worked as
select date as business_date, busy.month, employee_id, agent_id, site_id, team_id, business_line,
    2 * (hash(employee_id, date, seed) % 1000) / 999.0 - 1 as chance,
    cast(round(30 * volume * (1 + noise * chance)) as bigint) as answered_legs,
    cast(14400 + 3600 * chance as bigint) as occupied_seconds
from busy
join marts.dim_date on date_trunc('month', date) = busy.month and dayofweek(date) between 1 and 5
cross join marts.dim_employee;

create table marts.fct_agent_day as
select business_date, employee_id, agent_id, site_id, team_id, business_line, answered_legs,
    answered_legs * 200 as talk_seconds, answered_legs * 10 as hold_seconds, answered_legs * 40 as wrap_seconds,
    answered_legs // 10 as transferred_legs,
    28800 as scheduled_seconds, 26000 as adherent_seconds, 28000 as logged_in_seconds,
    25200 as productive_seconds, occupied_seconds, 25200 - occupied_seconds as available_seconds,
    true as is_scheduled, true as is_present,
    answered_legs // 5 * 4 as csat_sum, answered_legs // 5 as csat_count,
    85.0 as qa_score_sum, 1 as qa_count, answered_legs // 15 as complaints
from worked;

create temp table leg as
select row_number() over (order by business_date, employee_id, nth) as n, business_date, employee_id, agent_id,
    business_date + interval 14 hour + to_seconds(nth * 240 + cast(hash(agent_id, business_date) % 60 as bigint)) as offered_at
from worked, lateral (select unnest(range(answered_legs)) as nth);

create table staging.stg_acd__contact_legs as
select 'L' || n as leg_id, 'K' || n as contact_id, 1 as leg_number, 'inbound' as direction, 'Q1' as queue_id, agent_id,
    'C' || n as customer_id, 'billing' as topic, offered_at, offered_at + interval 10 second as answered_at,
    offered_at + interval 210 second as ended_at, 200 as talk_seconds, 10 as hold_seconds, 40 as wrap_seconds,
    'answered' as outcome, false as transferred, 1 as delivery_id, n as line_number, 1 as row_number
from leg;

create table staging.stg_crm__surveys as
select 'S' || n as survey_id, 'K' || n as contact_id, agent_id, offered_at + interval 1 hour as responded_at,
    if(n % 50 = 0, 1 + n % 4 // 2, 4) as csat, 9 as nps, 4 as resolution, 4 as attitude, 4 as speed, 4 as ease,
    if(n % 100 = 0, ['pending', 'upheld', 'excluded'][1 + n // 100 % 3], null) as review,
    if(n % 100 = 0, 'looked into', null) as review_reason, if(n % 100 = 0, 0, 6) as delivery_id, n as line_number, 1 as row_number
from leg where n % 5 = 0;

create table marts.survey_review as
select date_trunc('month', offered_at)::date as month, survey_id, business_date, employee_id, survey.agent_id, site_id,
    team_id, business_line, contact_id, responded_at, csat, nps, resolution, attitude, speed, ease,
    coalesce(review, 'open') as state, review, review_reason
from staging.stg_crm__surveys as survey
join leg on survey.survey_id = 'S' || n
join marts.dim_employee using (employee_id)
where csat <= 2 or review is not null;

-- The CRM said of every survey what is in force; the reviews came in a file of decisions.
create table raw.crm__surveys as
select * replace (null as review, null as review_reason, 6 as delivery_id), 1 as delivery_order,
    cast(null as varchar) as local_columns
from staging.stg_crm__surveys;
create table quarantine.refused_crm__surveys (delivery_id bigint, line_number bigint, row_number bigint, reason_code varchar);

create table staging.stg_crm__cases (case_id varchar, contact_id varchar, customer_id varchar, agent_id varchar,
    category varchar, opened_at timestamp, due_at timestamp, closed_at timestamp);
create table staging.stg_crm__complaints (complaint_id varchar, contact_id varchar, agent_id varchar,
    customer_id varchar, received_at timestamp, category varchar, upheld boolean);
create table staging.stg_crm__orders (order_id varchar, contact_id varchar, agent_id varchar, customer_id varchar,
    created_at timestamp, amount decimal(26, 10), paid_at timestamp, refunded_at timestamp, status varchar);
create table staging.stg_qa__evaluations (evaluation_id varchar, contact_id varchar, agent_id varchar,
    evaluator_id varchar, evaluated_at timestamp, method varchar, score decimal(26, 10), status varchar);

create table marts.fct_queue_interval as
select *, date_trunc('month', business_date)::date as month, 30 as interval_minutes, 'acd.contact_legs' as source_table,
    offered as offered_with_known_wait, answered as answered_with_known_wait, answered as answered_with_known_handle_time
from (
    select time_bucket(interval 30 minute, offered_at) as interval_starts_at, 'Q1' as queue_id,
        interval_starts_at::date as business_date,
        count(*) + count(*) // 10 as offered, count(*) as answered, count(*) // 10 as abandoned, 0 as short_abandons,
        count(*) as within_service_level, count(*) * 10 as wait_seconds, count(*) * 250 as handle_seconds
    from leg group by all
    union all
    -- The switch did not say who answered these two.
    select min(business_date) + interval 8 hour, 'Q1', min(business_date), 2, 2, 0, 0, 2, 20, 500 from worked group by month
);

create temp table measured as
select date_trunc('month', business_date)::date as month, employee_id, site_id, team_id, business_line,
    sum(adherent_seconds) as adherent_seconds, sum(scheduled_seconds) as scheduled_seconds,
    sum(logged_in_seconds) as logged_in_seconds, count(*) as attended_shifts, count(*) as shifts,
    sum(occupied_seconds) as occupied_seconds, sum(productive_seconds) as productive_seconds,
    sum(answered_legs) as answered_legs, sum(talk_seconds + hold_seconds + wrap_seconds) as handle_seconds,
    9 as reports_on_time, 10 as reports_due, sum(csat_sum) as csat_sum, sum(csat_count) as csat_count
from marts.fct_agent_day group by all;

create table intermediate.int_kpi_measures as
select month, measure, employee_id, site_id, team_id, business_line, cast(amount as decimal(38, 10)) as amount
from (unpivot (select * replace (adherent_seconds::hugeint as adherent_seconds, scheduled_seconds::hugeint as
        scheduled_seconds, logged_in_seconds::hugeint as logged_in_seconds, attended_shifts::hugeint as attended_shifts,
        shifts::hugeint as shifts, occupied_seconds::hugeint as occupied_seconds, productive_seconds::hugeint as
        productive_seconds, answered_legs::hugeint as answered_legs, handle_seconds::hugeint as handle_seconds,
        reports_on_time::hugeint as reports_on_time, reports_due::hugeint as reports_due, csat_sum::hugeint as csat_sum,
        csat_count::hugeint as csat_count) from measured)
    on {measures} into name measure value amount)
union all
select month, 'heads_at_both_ends', employee_id, site_id, team_id, business_line, 2 from busy, marts.dim_employee
union all
-- Nobody answered these; they count for the centre and their queue's line alone.
select date_trunc('month', interval_starts_at)::date, 'offered_legs', null, null, null, 'inquiry', sum(offered)
from marts.fct_queue_interval group by 1
union all
-- The switch did not say who answered these two.
select month, unnest(['answered_legs', 'handle_seconds']), null, null, null, 'inquiry', unnest([2, 500]) from busy;

create temp table scope_measure as
select month, measure, scope, scope_id, sum(amount) as amount
from (
    select month, measure, amount, unnest(['centre', 'site', 'business_line', 'team', 'employee']) as scope,
        unnest(['all', site_id, business_line, team_id, employee_id]) as scope_id
    from intermediate.int_kpi_measures
)
where scope_id is not null
group by all;

create table marts.kpi_monthly as
select below.month, kpi_id, below.scope, below.scope_id,
    coalesce(above.amount, 0)::double * numerator_factor / numerator_divisor as numerator,
    below.amount::double / denominator_divisor as denominator,
    numerator / denominator as value,
    cast(null as double) as target, cast(null as varchar) as status, 1.0::double as coverage, false as is_provisional, 'r1' as release_id
from intermediate.int_kpi_definitions
join scope_measure as below
    on below.measure = denominator_measure and list_contains(string_split(scopes, '|'), below.scope)
left join scope_measure as above
    on above.measure = numerator_measure and above.month = below.month and above.scope = below.scope
    and above.scope_id = below.scope_id
where below.amount <> 0;

create table marts.kpi_absence (month date, kpi_id varchar, scope varchar, scope_id varchar, reason varchar,
    missing_sources varchar);

create temp table scoped_value as
select month, scope_id as team_id, kpi_id, value from marts.kpi_monthly where scope in ('centre', 'team');

create table marts.report_timeliness_monthly as
select * from (pivot scoped_value on kpi_id in ('report_timeliness_rate', 'report_accuracy_rate') using max(value));
create table marts.schedule_adherence_monthly as
select * from (pivot scoped_value on kpi_id in ('schedule_adherence_rate', 'schedule_conformance_rate', 'attendance_rate',
    'shrinkage_rate')
    using max(value));
create table marts.training_monthly as
select * from (pivot scoped_value on kpi_id in ('new_hire_training_pass_rate', 'on_the_job_exam_pass_rate',
    'new_hire_training_attrition_rate', 'probation_pass_rate', 'probation_attrition_rate', 'training_plan_adherence') using max(value));
create table marts.attrition_monthly as
select *, if(team_id = 'all', 12, 6) as opening_headcount, 0 as hires, 0 as separations, 0 as moves_in, 0 as moves_out,
    if(team_id = 'all', 12, 6) as closing_headcount
from (pivot scoped_value on kpi_id in ('attrition_rate', 'annualised_attrition_rate', 'voluntary_attrition_rate',
    'early_attrition_rate') using max(value));

-- Twelve agents are too few to say anything of, the forty of another line lie near a line.
create table marts.kpi_driver_monthly as
select month, business_line, 'occupancy_rate' as kpi_id, 'csat_score' as satisfaction_kpi_id, agents,
    cast(rho as double) as correlation, 2.5 * correlation as slope, correlation * correlation as r_squared, sentence
from busy
cross join (values
    ('inquiry', 12, null, '12 of at least 30 agents with enough surveys: too few to say anything about a and b.'),
    ('complaints', 40, -0.6, 'Ten percentage points more a goes with 0.15 points less b, among 40 agents.')
) as driver (business_line, agents, rho, sentence);

create table raw.delivery as
select row_number() over () as delivery_id, table_name, table_name || '/part-0.csv' as file, 'sha' as sha256,
    1000 as bytes, row_count as rows, timestamp '2026-09-01' as first_seen_at, cast(null as bigint) as superseded_by,
    cast(null as varchar) as unreadable_reason, cast(null as varchar) as unreadable_code,
    cast(null as varchar) as unreadable_params
from (values ('acd.contact_legs', 30000), ('acd.agent_states', 90000), ('hr.schedules', 1000), ('hr.sites', 2),
    ('hr.employees', 12), ('crm.surveys', 6000)) as given (table_name, row_count);
insert into raw.delivery values (0, 'crm.surveys', 'crm/surveys/~reviews-20260903T080000.000000Z.csv', 'sha', 9, 1,
    timestamp '2026-09-03', null, null, null, null);

create table quarantine.quarantined_row (table_name varchar, file varchar, line bigint, column_name varchar,
    reason_code varchar, row_text varchar, row_text_public varchar, delivery_id bigint);
"""
