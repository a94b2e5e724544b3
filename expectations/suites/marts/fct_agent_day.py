"""What must hold for `marts.fct_agent_day`: keys, a day's length, parts of a day, and its volumes by month.

Whether a day is missing from a source is asked of the source, in `completeness.py`.
"""

from expectations.suite import (
    OUR_DEFECT,
    Expectation,
    Suite,
    pack,
    refers_to,
    rule,
    unique_key,
    volume_by_month,
)

_TABLE = "fct_agent_day"
_KEY = ("business_date", "employee_id")
_MONTH = "cast(date_trunc('month', business_date) as date)"

# Seconds that pass one after the other, so that a day bounds each of them.
_SECONDS_OF_A_DAY = (
    "scheduled_seconds",
    "adherent_seconds",
    "logged_in_seconds",
    "productive_seconds",
    "occupied_seconds",
    "available_seconds",
)
_COUNTS = (
    "answered_legs",
    "transferred_legs",
    "talk_seconds",
    "hold_seconds",
    "wrap_seconds",
    "csat_count",
    "csat_sum",
    "qa_count",
    "qa_score_sum",
    "complaints",
)

# Sums of seconds may be doubles.
_SLACK = 1e-3

# Who moves to a site further west on a day lives through the morning twice: up to 26 hours more.
_day_length = Expectation(
    name="fct_agent_day_seconds_fit_into_the_day",
    expected="no more seconds than the site's local day has (23, 24 or 25 hours; more on the day of a move between sites)",
    found="{longest_seconds} in a day of {day_seconds}",
    ask=OUR_DEFECT,
    is_structure=True,
    broken_rows=f"""
        with asked as (
            select *, {_MONTH} as month from marts.{_TABLE} where {_MONTH} in (select month from month_asked)
        ),
        day_length as (
            select business_date, asked_day.site_id,
                epoch(timezone(time_zone, cast(business_date + 1 as timestamp)))
                - epoch(timezone(time_zone, cast(business_date as timestamp))) as seconds
            from (select distinct business_date, site_id from asked) as asked_day
            join site_zone on site_zone.site_id is not distinct from asked_day.site_id
        ),
        move as (
            select employee_id, valid_from as business_date from marts.dim_employee
            qualify site_id is distinct from lag(site_id) over (partition by employee_id order by valid_from)
        )
        select month, {pack("asked.business_date", "asked.employee_id")} as keys,
            {pack(longest_seconds=f"greatest({', '.join(_SECONDS_OF_A_DAY)})", day_seconds="day_length.seconds")} as found
        from asked
        join day_length
            on day_length.business_date = asked.business_date and day_length.site_id is not distinct from asked.site_id
        left join move on move.employee_id = asked.employee_id and move.business_date = asked.business_date
        where greatest({", ".join(_SECONDS_OF_A_DAY)})
            > day_length.seconds + {_SLACK} + if(move.employee_id is null, 0, 26 * 3600)
    """,
)

_parts = rule(
    _TABLE,
    "fct_agent_day_parts_add_up",
    month=_MONTH,
    expected="occupied + available <= productive <= logged in; adherent <= scheduled and <= logged in; transferred <= answered",
    broken=f"""
        occupied_seconds + available_seconds > productive_seconds + {_SLACK}
        or productive_seconds > logged_in_seconds + {_SLACK}
        or adherent_seconds > scheduled_seconds + {_SLACK}
        or adherent_seconds > logged_in_seconds + {_SLACK}
        or transferred_legs > answered_legs
    """,
    shown=(
        *_SECONDS_OF_A_DAY,
        "answered_legs",
        "transferred_legs",
    ),
    key=_KEY,
)

_not_negative = rule(
    _TABLE,
    "fct_agent_day_numbers_are_not_negative",
    month=_MONTH,
    expected="no count and no duration below 0",
    broken=f"least({', '.join((*_SECONDS_OF_A_DAY, *_COUNTS))}) < 0",
    shown=(
        *_SECONDS_OF_A_DAY,
        *_COUNTS,
    ),
    key=_KEY,
)

_scores = rule(
    _TABLE,
    "fct_agent_day_scores_are_on_their_scales",
    month=_MONTH,
    expected="csat from 1 to 5 for each survey, quality from 0 to 100 for each evaluation",
    broken="coalesce(csat_sum, 0) not between coalesce(csat_count, 0) and 5 * coalesce(csat_count, 0)"
    " or coalesce(qa_score_sum, 0) > 100 * coalesce(qa_count, 0)",
    shown=(
        "csat_sum",
        "csat_count",
        "qa_score_sum",
        "qa_count",
    ),
    key=_KEY,
)

_happened = rule(
    _TABLE,
    "fct_agent_day_lies_before_as_of",
    month=_MONTH,
    expected="no day that had not begun anywhere by as_of",
    broken="business_date > cast(getvariable('as_of') + interval 14 hour as date)",
    shown=("business_date",),
    key=_KEY,
)

SUITE = Suite(
    _TABLE,
    (
        unique_key(_TABLE, _KEY, _MONTH),
        _day_length,
        _parts,
        _not_negative,
        _scores,
        _happened,
        refers_to(_TABLE, "employee_id", "dim_employee", _MONTH),
        refers_to(_TABLE, "team_id", "dim_team", _MONTH),
        refers_to(_TABLE, "site_id", "dim_site", _MONTH),
        volume_by_month(
            _TABLE,
            "site_day",
            {
                "rows": "hr.schedules",
                "scheduled_seconds": "hr.schedules",
                "logged_in_seconds": "acd.agent_states",
                "answered_legs": "acd.contact_legs",
                "surveys": "crm.surveys",
                "evaluations": "qa.evaluations",
                "complaints": "crm.complaints",
            },
        ),
    ),
)
