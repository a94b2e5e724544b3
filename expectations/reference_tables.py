"""What every query of the suites may lean on: the months asked for, the thresholds, the months before them.

All of it temporary, since the build database is open read-only, and all of it small:

month_asked(month, next_month, is_ended)           the months to be judged
site_zone(site_id, time_zone, last_reported_on)    every site, and one row with site_id null: the default site's zone
trailing_month(month, earlier)                     for each month asked, the months it is held against
centre_kpi(month, kpi_id, numerator, ...)          the centre's KPIs of all those months
scope_kpi(month, kpi_id, scope, scope_id, ...)     the KPIs of the centre, sites, lines and teams, the same
site_day(business_date, site_id, ...)              fct_agent_day added up, of all those months
queue_day(business_date, offered, ...)             fct_queue_interval by local day of the default site, the same
month_reach(month, reached_on, is_closed)          how far the daily sources reach, and whether that is the month's end
delivered(table_name)                              the source tables that have current rows
new_delivery(delivery_id)                          current deliveries that the published release does not know yet
kpi_source(kpi_id, source_table)                   the source tables that each KPI of the catalogue needs
public_holiday(country, business_date)             of the countries of the sites, in the years of all those months

Thresholds and `as_of` are DuckDB variables: `getvariable('max_quarantined_share')`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from expectations.sql import literal

_RELEASE = "published_release"

_SITE_ZONE = """
    with zone as (
        select site_id, arg_max(time_zone, valid_from) as time_zone from marts.dim_site group by site_id
    ),
    default_zone as (
        select coalesce(
            (select time_zone from zone where site_id = getvariable('default_site')), getvariable('default_time_zone')
        ) as time_zone
    )
    select site_id, time_zone, cast(
        timezone(time_zone, timezone('UTC', getvariable('as_of') - to_hours(getvariable('reporting_lag_hours')))) as date
    ) - 1 as last_reported_on
    from (select * from zone union all select null as site_id, time_zone from default_zone)
"""

# What went before is another season after a year.
_TRAILING_MONTH = """
    with known_month as (
        select distinct month from ({kpi_monthly}) where scope = 'centre'
    ),
    ranked as (
        select month_asked.month, known_month.month as earlier,
            row_number() over (partition by month_asked.month order by known_month.month desc) as nth
        from month_asked
        join known_month
            on known_month.month < month_asked.month and known_month.month >= month_asked.month - interval 12 month
    )
    select month, earlier from ranked
    where nth <= getvariable('trailing_months')
    qualify count(*) over (partition by month) >= getvariable('trailing_months')
"""

_CENTRE_KPI = """
    select month, kpi_id, numerator, denominator, value from ({kpi_monthly})
    where scope = 'centre'
        and (month in (select month from month_asked) or month in (select earlier from trailing_month))
"""

_SCOPE_KPI = """
    select month, kpi_id, scope, scope_id, numerator, denominator, value from ({kpi_monthly})
    where scope <> 'employee'
        and (month in (select month from month_asked) or month in (select earlier from trailing_month))
"""

_SITE_DAY = """
    select
        business_date,
        cast(date_trunc('month', business_date) as date) as month,
        site_id,
        count(*) as rows,
        count(*) filter (agent_id is not null and scheduled_seconds > 0) as scheduled_agents,
        coalesce(sum(scheduled_seconds) filter (agent_id is not null), 0) as scheduled_seconds,
        coalesce(sum(logged_in_seconds), 0) as logged_in_seconds,
        coalesce(sum(productive_seconds), 0) as productive_seconds,
        coalesce(sum(answered_legs), 0) as answered_legs,
        coalesce(sum(csat_count), 0) as surveys,
        coalesce(sum(qa_count), 0) as evaluations,
        coalesce(sum(complaints), 0) as complaints
    from ({fct_agent_day})
    where date_trunc('month', business_date) in (select month from month_asked union select earlier from trailing_month)
    group by all
"""

_QUEUE_DAY = """
    select
        business_date,
        cast(date_trunc('month', business_date) as date) as month,
        sum(offered) as offered,
        sum(answered) as answered
    from ({fct_queue_interval})
    where date_trunc('month', business_date) in (select month from month_asked union select earlier from trailing_month)
    group by all
"""

# A month is closed once it has ended and the sources that bring rows every day have come near its end. Until then it is
# provisional, and what is not there may still come. A centre without such sources is judged by as_of alone.
_MONTH_REACH = """
    with reach as (
        select coalesce(max(business_date), cast(getvariable('as_of') as date)) as reached_on
        from (
            select business_date from site_day where scheduled_seconds + logged_in_seconds + answered_legs > 0
            union all
            select business_date from queue_day where offered > 0
        )
    )
    select month, reached_on, is_ended and reached_on >= next_month - 8 as is_closed from month_asked, reach
"""

_DELIVERED = """
    select table_name from raw.delivery where superseded_by is null and rows > 0 group by table_name
"""

_NEW_DELIVERY = """
    select delivery_id from raw.delivery
    where superseded_by is null and delivery_id not in (select delivery_id from ({released_delivery}))
"""

_KPI_SOURCE = """
    select kpi_id, unnest(string_split(needs, '|')) as source_table from intermediate.int_kpi_definitions
"""

# In the order in which they build on each other.
_TABLES = {
    "site_zone": _SITE_ZONE,
    "trailing_month": _TRAILING_MONTH,
    "centre_kpi": _CENTRE_KPI,
    "scope_kpi": _SCOPE_KPI,
    "site_day": _SITE_DAY,
    "queue_day": _QUEUE_DAY,
    "month_reach": _MONTH_REACH,
    "delivered": _DELIVERED,
    "new_delivery": _NEW_DELIVERY,
    "kpi_source": _KPI_SOURCE,
}

# Month of a row of each mart that trailing months are read from.
_MONTH_OF = {
    "kpi_monthly": "month",
    "fct_agent_day": "date_trunc('month', business_date)",
    "fct_queue_interval": "date_trunc('month', business_date)",
}


def prepare(
    connection: duckdb.DuckDBPyConnection,
    *,
    months: Sequence[date],
    as_of: datetime,
    variables: Mapping[str, object],
    published: Path | None,
) -> list[str]:
    """Make the temporary tables; `variables` are the thresholds and the default site. Gives what could not be made and why; the checks that need it will then fail."""
    as_of_utc = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
    connection.execute("set TimeZone = 'UTC'")
    _set_variable(connection, "as_of", as_of_utc)
    for name, value in variables.items():
        _set_variable(connection, name, value)
    connection.execute("create temp table month_asked (month date, next_month date, is_ended boolean)")
    connection.executemany(
        """
        insert into month_asked
        select $1, $1 + interval 1 month, cast(getvariable('as_of') as date) >= $1 + interval 1 month
        """,
        [[month] for month in months],
    )
    troubles: list[str] = []
    readable = _tables_to_read(connection, published, troubles)
    for name, query in _TABLES.items():
        _try(
            connection,
            f"create temp table {name} as {query.format(**readable)}",
            f"{name} could not be made",
            troubles,
        )
    try:
        _make_holidays(connection)
    except duckdb.Error as error:
        troubles.append(f"public holidays could not be looked up ({str(error).strip().splitlines()[0]})")
    return troubles


def kept_profile(connection: duckdb.DuckDBPyConnection) -> str | None:
    """SQL for the source profile of the published release that `prepare` attached; None where it has none."""
    has_one = connection.execute(
        "select 1 from duckdb_tables() where database_name = ? and schema_name = 'audit' and table_name = 'source_profile'",
        [_RELEASE],
    ).fetchone()
    return f"from {_RELEASE}.audit.source_profile" if has_one else None


def kpi_sources(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """The source tables that each KPI needs, from the build database; none before its first build."""
    try:
        rows = connection.execute(
            f"select kpi_id, list(source_table order by source_table) from ({_KPI_SOURCE}) group by kpi_id"
        ).fetchall()
    except duckdb.Error:
        return {}  # the checks themselves say what is missing
    return {kpi_id: tuple(sources) for kpi_id, sources in rows}


def _tables_to_read(
    connection: duckdb.DuckDBPyConnection, published: Path | None, troubles: list[str]
) -> dict[str, str]:
    """SQL for each mart: the build's rows, and the release's of months of which the build holds none."""
    build = {table: f"from marts.{table}" for table in _MONTH_OF} | {
        "released_delivery": "from raw.delivery where false"
    }
    if published is None:
        return build
    if not _try(
        connection,
        f"attach {literal(published)} as {_RELEASE} (read_only)",
        f"{published} could not be read",
        troubles,
    ):
        return build
    return {
        table: f"""
            from marts.{table} union all by name from {_RELEASE}.marts.{table}
            where {month} not in (select distinct {month} from marts.{table})
        """
        for table, month in _MONTH_OF.items()
    } | {"released_delivery": f"from {_RELEASE}.audit.delivery"}


def _make_holidays(connection: duckdb.DuckDBPyConnection) -> None:
    """The public holidays of the sites' countries; a country without a known calendar has none."""
    import holidays

    connection.execute("create temp table public_holiday (country varchar, business_date date)")
    countries = [
        str(row[0]) for row in connection.execute("select distinct country from marts.dim_site").fetchall()
    ]
    months = "select month from month_asked union select earlier from trailing_month"
    years = [
        int(row[0]) for row in connection.execute(f"select distinct year(month) from ({months})").fetchall()
    ]
    known = holidays.list_supported_countries()
    days = [
        [country, day]
        for country in countries
        if country in known
        for day in holidays.country_holidays(country, years=years)
    ]
    if days:
        connection.executemany("insert into public_holiday values (?, ?)", days)


def _try(connection: duckdb.DuckDBPyConnection, statement: str, trouble: str, troubles: list[str]) -> bool:
    try:
        connection.execute(statement)
    except duckdb.Error as error:
        troubles.append(f"{trouble} ({str(error).strip().splitlines()[0]})")
        return False
    return True


def _set_variable(connection: duckdb.DuckDBPyConnection, name: str, value: object) -> None:
    connection.execute(f"set variable {name} = ?", [value])
