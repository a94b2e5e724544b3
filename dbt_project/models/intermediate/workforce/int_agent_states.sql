{%- set ranges = selected_ranges(1, longest_shift_days() + 1) -%}

with

{% for first, after in ranges %}
states_{{ loop.index }} as (

    select
        agent_id,
        state,
        started_at,
        ended_at,
        delivery_id,
        line_number,
        row_number
    from {{ ref('stg_acd__agent_states') }}
    where started_at >= timestamp '{{ first }} 00:00:00' and started_at < timestamp '{{ after }} 00:00:00'

    union all

    -- A state may have begun long before the range; it lasts unless another state of the agent followed.
    select
        earlier.agent_id,
        earlier.state,
        earlier.started_at,
        earlier.ended_at,
        earlier.delivery_id,
        earlier.line_number,
        earlier.row_number
    from {{ ref('stg_acd__agent_states') }} as earlier
    left join {{ ref('stg_acd__agent_states') }} as follower
        on
            follower.agent_id = earlier.agent_id
            and follower.started_at > earlier.started_at
            and follower.started_at < timestamp '{{ first }} 00:00:00'
    where
        earlier.started_at < timestamp '{{ first }} 00:00:00'
        and earlier.ended_at > timestamp '{{ first }} 00:00:00'
        and follower.agent_id is null

),

followed_{{ loop.index }} as (

    select
        *,
        lead(started_at) over (partition by agent_id order by started_at) as next_started_at
    from states_{{ loop.index }}

),
{% endfor %}

-- A state also ends where the range read ends, since what follows was not read. (least skips nulls.)
final as (
    {% for first, after in ranges %}
    select
        agent_id,
        state,
        started_at,
        least(
            coalesce(ended_at, started_at + interval 4 hour),
            next_started_at,
            {{ as_of() }},
            timestamp '{{ after }} 00:00:00'
        ) as ended_at,
        delivery_id,
        line_number,
        row_number
    from followed_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {% else %}
    select
        agent_id,
        state,
        started_at,
        ended_at,
        delivery_id,
        line_number,
        row_number
    from {{ ref('stg_acd__agent_states') }}
    where false
    {% endfor %}
)

select * from final
where started_at < ended_at
