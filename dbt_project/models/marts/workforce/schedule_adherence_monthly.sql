{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

with

measured as (
    {{ team_months([
        'scheduled_microseconds', 'planned_microseconds', 'adherent_microseconds', 'logged_in_microseconds',
        'unproductive_microseconds', 'shifts', 'attended_shifts',
    ], needs={
        'adherent_microseconds': ['acd.agent_states'], 'unproductive_microseconds': ['acd.agent_states'],
        'attended_shifts': ['acd.agent_states'],
    }) }}
),

kpis as (
    {{ team_kpis([
        'schedule_adherence_rate', 'schedule_conformance_rate', 'attendance_rate', 'shrinkage_rate',
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
        {{ seconds_of('measured.scheduled_microseconds') }} as scheduled_seconds,
        {{ seconds_of('measured.adherent_microseconds') }} as adherent_seconds,
        kpis.schedule_adherence_rate,
        {{ seconds_of('measured.logged_in_microseconds') }} as logged_in_seconds,
        kpis.schedule_conformance_rate,
        cast(measured.shifts as bigint) as shifts,
        cast(measured.attended_shifts as bigint) as attended_shifts,
        kpis.attendance_rate,
        {{ seconds_of('measured.planned_microseconds') }} as scheduled_seconds_with_leave,
        {{ seconds_of('measured.unproductive_microseconds') }} as unproductive_seconds,
        kpis.shrinkage_rate,
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
    scheduled_seconds,
    adherent_seconds,
    schedule_adherence_rate,
    logged_in_seconds,
    schedule_conformance_rate,
    shifts,
    attended_shifts,
    attendance_rate,
    scheduled_seconds_with_leave,
    unproductive_seconds,
    shrinkage_rate,
    release_id
from final
