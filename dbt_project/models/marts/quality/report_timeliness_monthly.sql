{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

with

measured as (
    {{ team_months([
        'reports_due', 'reports_on_time', 'reports_delivered', 'reports_checked', 'reports_without_defects',
    ]) }}
),

kpis as (
    {{ team_kpis([
        'report_timeliness_rate', 'report_accuracy_rate',
    ]) }}
),

team_names as (
    {{ team_names() }}
),

final as (

    select
        measured.month,
        measured.team_id,
        team_names.team_name,
        cast(measured.reports_due as bigint) as reports_due,
        cast(measured.reports_on_time as bigint) as reports_on_time,
        cast(measured.reports_delivered - measured.reports_on_time as bigint) as reports_delivered_late,
        cast(measured.reports_due - measured.reports_delivered as bigint) as reports_not_delivered,
        kpis.report_timeliness_rate,
        cast(measured.reports_checked as bigint) as reports_checked,
        cast(measured.reports_without_defects as bigint) as reports_without_defects,
        kpis.report_accuracy_rate,
        '{{ var("release_id") }}' as release_id
    from measured
    left join kpis
        on kpis.month = measured.month and kpis.team_id = measured.team_id
    left join team_names
        on team_names.month = measured.month and team_names.team_id = measured.team_id

)

select
    month,
    team_id,
    team_name,
    reports_due,
    reports_on_time,
    reports_delivered_late,
    reports_not_delivered,
    report_timeliness_rate,
    reports_checked,
    reports_without_defects,
    report_accuracy_rate,
    release_id
from final
