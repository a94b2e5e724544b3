"""Scorecards of the made-up centre: every table of them that the gate reads, good in all respects."""

import duckdb

_SCRIPT = """
insert into intermediate.int_kpi_definitions by name
select unnest(['performance_score', 'operations_kpi_score']) as kpi_id, 'points' as unit,
    unnest(['employee', 'centre']) as scopes, true as is_denominator_one, false as is_cohort, 1 as event_size,
    100 as scale_width, 0 as lower_bound, 10000 as upper_bound;
alter table intermediate.int_kpi_definitions add column better varchar default 'higher';
insert into marts.dim_kpi
select kpi_id, kpi_id, kpi_id, unit, 'higher', 'made up', 'made up', 'made up', 'manager'
from intermediate.int_kpi_definitions where denominator_measure is null;

create table marts.scorecard_weight as
select month, business_line, role, kpi_id, weight, weight as previous_weight, method, rule, 'own' as measured_at,
    'value' as counted, business_line as set_business_line, date '1900-01-01' as set_valid_from
from busy_month, (values
    ('inquiry', 'agent', 'csat_score', 60.0, 'ratio', 'attainment'),
    ('inquiry', 'agent', 'occupancy_rate', 40.0, 'tiered', 'to 0.6: 100 %'),
    ('any', 'centre', 'csat_score', 100.0, 'ratio', 'attainment')
) as weight (business_line, role, kpi_id, weight, method, rule);

create temp table item as
select weight.month, scope, scope_id, kpi_id, value, 4.0 as target, method, weight, weight as weight_counted,
    weight * 0.9 as points, 'made up' as why
from marts.scorecard_weight as weight
join marts.kpi_monthly as kpi using (month, kpi_id)
where scope = if(role = 'centre', 'centre', 'employee') or (scope = 'team' and role = 'agent');

create table marts.agent_scorecard_item as
select month, scope_id as employee_id, * exclude (month, scope, scope_id) from item where scope = 'employee';
create table marts.team_scorecard_item as
select month, scope_id as team_id, * exclude (month, scope, scope_id) from item where scope <> 'employee';

create table marts.team_scorecard_monthly as
select month, team_id, sum(points) as score, 1.0::double as weight_covered from marts.team_scorecard_item group by all;
create table marts.agent_scorecard_monthly as
select month, employee_id, 'inquiry' as business_line, 'agent' as role, sum(points) as own_score, 90.0 as team_score,
    sum(points) as score, 12 as people_ranked, row_number() over (partition by month order by employee_id) as rank,
    case when rank <= 2 then 'top' when rank > 10 then 'bottom' else 'middle' end as tier,
    cast(null as varchar) as unranked_reason, cast(null as varchar) as unranked_code, if(tier = 'bottom', 1, 0) as months_in_bottom_tier, 1 as months_ranked
from marts.agent_scorecard_item group by month, employee_id;

insert into marts.kpi_monthly by name
select month, 'performance_score' as kpi_id, 'employee' as scope, employee_id as scope_id, score as numerator,
    1 as denominator, score as value, 1.0::double as coverage, false as is_provisional, 'r1' as release_id
from marts.agent_scorecard_monthly
union all
select month, 'operations_kpi_score', 'centre', team_id, score, 1, score, 1.0::double, false, 'r1'
from marts.team_scorecard_monthly where team_id = 'all';

create table staging.stg_rules__kpi_targets as select 'csat_score' as kpi_id, 'any' as business_line;
create table staging.stg_rules__scorecard_weights as select 'csat_score' as kpi_id, 'inquiry' as business_line;
create table staging.stg_rules__scorecard_bands as select 'occupancy_rate' as kpi_id, 'inquiry' as business_line;
create table staging.stg_rules__scorecard_exemptions as
select 'occupancy_rate' as kpi_id, 'csat_score' as condition_kpi_id, 'any' as business_line;
"""


def make_scorecards(connection: duckdb.DuckDBPyConnection) -> None:
    """Scorecards for the months of `busy`, made of the KPIs that are there."""
    connection.execute(_SCRIPT.replace("busy_month", "(select month from busy)"))
