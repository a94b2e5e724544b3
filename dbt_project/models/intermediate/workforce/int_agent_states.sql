{%- set ranges = selected_ranges(1, longest_shift_days() + 1) -%}
{%- set first = "timestamp '" ~ (ranges[0][0] if ranges else '1970-01-01') ~ " 00:00:00'" -%}
{%- set after = "timestamp '" ~ (ranges[-1][1] if ranges else '1970-01-01') ~ " 00:00:00'" -%}

with

logins as (

    select * from {{ ref('int_logins') }}

),

states as (

    select
        logins.employee_id,
        states.agent_id,
        states.state,
        states.started_at,
        states.ended_at,
        states.delivery_id,
        states.line_number,
        states.row_number
    from {{ ref('stg_acd__agent_states') }} as states
    inner join logins on logins.agent_key = states.agent_id
    where
        {{ overlaps_selected_months(
            'states.started_at', 'coalesce(states.ended_at, states.started_at + interval 4 hour)',
            1, longest_shift_days() + 1
        ) }}

),

-- Of states of two logins that started in one instant the one that lasts longest counts, as for one login.
followed as (

    select
        *,
        row_number() over (partition by employee_id order by started_at, ended_at nulls last, agent_id) as place,
        lead(started_at) over (partition by employee_id order by started_at, ended_at nulls last, agent_id)
            as next_started_at
    from states

),

-- Where several states without an end started in one instant, only the last of them has any time. (least skips nulls.)
lasting as (

    select
        employee_id,
        state,
        started_at,
        least(
            coalesce(ended_at, least(started_at + interval 4 hour, next_started_at)),
            {{ as_of() }},
            {{ after }}
        ) as ended_at,
        next_started_at,
        place,
        delivery_id,
        line_number,
        row_number
    from followed

),

-- States that others began inside of, which may have time left after those. Half hours of the UTC clock are the join key.
outer_states as (

    select
        *,
        {{ each_number(
            half_hour_number('greatest(started_at, ' ~ first ~ ')'), half_hour_number('ended_at - interval 1 microsecond')
        ) }} as half_hour
    from lasting
    where next_started_at < ended_at

),

inner_states as (

    select
        employee_id,
        started_at,
        ended_at,
        place,
        {{ half_hour_number('greatest(started_at, ' ~ first ~ ')') }} as half_hour
    from lasting

),

covered as (

    select
        outer_states.employee_id,
        outer_states.state,
        outer_states.ended_at,
        outer_states.delivery_id,
        outer_states.line_number,
        outer_states.row_number,
        max(inner_states.ended_at) over (
            partition by outer_states.employee_id, outer_states.place
            order by inner_states.place
            rows between unbounded preceding and current row
        ) as covered_until,
        lead(inner_states.started_at) over (
            partition by outer_states.employee_id, outer_states.place
            order by inner_states.place
        ) as covered_again_at
    from inner_states
    inner join outer_states
        on
            outer_states.employee_id = inner_states.employee_id
            and outer_states.half_hour = inner_states.half_hour
            and outer_states.place < inner_states.place
            and outer_states.ended_at > inner_states.started_at

),

-- A state counts until the next one starts, and again whenever those that began inside of it are over. A state of no
-- length inside of it therefore leaves two rows that touch.
final as (

    select
        employee_id,
        state,
        started_at,
        least(ended_at, next_started_at) as ended_at,
        delivery_id,
        line_number,
        row_number
    from lasting
    where started_at < least(ended_at, next_started_at)

    union all

    select
        employee_id,
        state,
        covered_until as started_at,
        coalesce(covered_again_at, ended_at) as ended_at,
        delivery_id,
        line_number,
        row_number
    from covered
    where covered_until < coalesce(covered_again_at, ended_at)

)

select * from final
