with

states as (

    select
        *,
        {{ each_date('cast(started_at as date)', "cast(ended_at - interval 1 microsecond as date)") }} as utc_date
    from {{ ref('int_agent_states') }}

),

pieces as (

    select * from {{ ref('int_plan_pieces') }}
    where agent_key is not null

),

final as (

    select
        pieces.piece_id,
        pieces.period_id,
        pieces.month,
        pieces.local_date,
        pieces.is_selected,
        pieces.activity,
        states.agent_id,
        states.state,
        greatest(states.started_at, pieces.starts_at) as starts_at,
        least(states.ended_at, pieces.ends_at) as ends_at,
        {{ microseconds_between(
            'greatest(states.started_at, pieces.starts_at)',
            'least(states.ended_at, pieces.ends_at)'
        ) }} as microseconds,
        states.delivery_id,
        states.line_number
    from states
    inner join pieces
        on
            pieces.agent_key = states.agent_id
            and pieces.utc_date = states.utc_date
            and pieces.starts_at < states.ended_at
            and states.started_at < pieces.ends_at

)

select * from final
