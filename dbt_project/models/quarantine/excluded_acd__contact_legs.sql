-- Made by `make generate` from the contract of acd.contact_legs: change that, not this.
with

delivered as {{ inlined() }} (
    select
        leg_id,
        contact_id,
        leg_number,
        direction,
        queue_id,
        agent_id,
        customer_id,
        topic,
        offered_at,
        answered_at,
        ended_at,
        talk_seconds,
        hold_seconds,
        wrap_seconds,
        outcome,
        transferred,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'acd__contact_legs') }}
    where local_columns is null
    union all
    select * from {{ ref('local_acd__contact_legs') }}
),

queue_id_refs as (
    select distinct queue_id as queue_id_ref
    from {{ ref('stg_acd__queues') }}
    where queue_id is not null
),

agent_id_refs as (
    select distinct agent_id as agent_id_ref
    from {{ ref('stg_hr__employees') }}
    where agent_id is not null
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        leg_id,
        contact_id,
        leg_number,
        direction,
        queue_id,
        agent_id,
        customer_id,
        topic,
        offered_at,
        answered_at,
        ended_at,
        talk_seconds,
        hold_seconds,
        wrap_seconds,
        outcome,
        transferred,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['leg_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when leg_id is null then 1
            when contact_id is null then 2
            when leg_number is null then 3
            when leg_number not between 1 and 99 then 4
            when direction is null then 5
            when direction not in ('inbound', 'outbound') then 6
            when queue_id is null then 7
            when offered_at is null then 8
            when ended_at is null then 9
            when talk_seconds is null then 10
            when talk_seconds not between 0 and 86400 then 11
            when hold_seconds is null then 12
            when hold_seconds not between 0 and 86400 then 13
            when wrap_seconds is null then 14
            when wrap_seconds not between 0 and 86400 then 15
            when outcome is null then 16
            when outcome not in ('answered', 'abandoned', 'overflowed', 'voicemail') then 17
            when transferred is null then 18
            when not ((answered_at is not null) = (outcome = 'answered')) then 19
            when not (answered_at >= offered_at) then 20
            when not (ended_at >= offered_at) then 21
            when not (ended_at >= answered_at) then 22
            when queue_id is not null and queue_id_found.queue_id_ref is null then 23
            when agent_id is not null and agent_id_found.agent_id_ref is null then 24
        end as problem
    from delivered
    left join queue_id_refs as queue_id_found on delivered.queue_id = queue_id_found.queue_id_ref
    left join agent_id_refs as agent_id_found on delivered.agent_id = agent_id_found.agent_id_ref
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        leg_id,
        key_hash,
        delivery_id,
        line_number,
        version
    from judged
    where problem is null
),

-- the few keys that need a closer look, found by their columns alone: those met more than once
repeated as (
    select key_hash from (
        select {{ row_hash(['leg_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.leg_id order by good.version desc) as age
    from good
    inner join repeated on good.key_hash = repeated.key_hash
),
-- a refused row whose key a later good row has is repaired: it does not count, and it is no longer in quarantine
refused_rows as (
    select
        refused.delivery_id,
        refused.line_number,
        case refused.problem
            when 0 then refused.error_column
            when 1 then 'leg_id'
            when 2 then 'contact_id'
            when 3 then 'leg_number'
            when 4 then 'leg_number'
            when 5 then 'direction'
            when 6 then 'direction'
            when 7 then 'queue_id'
            when 8 then 'offered_at'
            when 9 then 'ended_at'
            when 10 then 'talk_seconds'
            when 11 then 'talk_seconds'
            when 12 then 'hold_seconds'
            when 13 then 'hold_seconds'
            when 14 then 'wrap_seconds'
            when 15 then 'wrap_seconds'
            when 16 then 'outcome'
            when 17 then 'outcome'
            when 18 then 'transferred'
            when 19 then 'answered_at'
            when 20 then 'answered_at'
            when 21 then 'ended_at'
            when 22 then 'ended_at'
            when 23 then 'queue_id'
            when 24 then 'agent_id'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'leg_id is required and missing'
            when 2 then 'contact_id is required and missing'
            when 3 then 'leg_number is required and missing'
            when 4 then 'leg_number is outside 1 to 99'
            when 5 then 'direction is required and missing'
            when 6 then 'direction is none of inbound, outbound'
            when 7 then 'queue_id is required and missing'
            when 8 then 'offered_at is required and missing'
            when 9 then 'ended_at is required and missing'
            when 10 then 'talk_seconds is required and missing'
            when 11 then 'talk_seconds is outside 0 to 86400'
            when 12 then 'hold_seconds is required and missing'
            when 13 then 'hold_seconds is outside 0 to 86400'
            when 14 then 'wrap_seconds is required and missing'
            when 15 then 'wrap_seconds is outside 0 to 86400'
            when 16 then 'outcome is required and missing'
            when 17 then 'outcome is none of answered, abandoned, overflowed, voicemail'
            when 18 then 'transferred is required and missing'
            when 19 then 'expected that answered_at is there exactly where outcome is answered'
            when 20 then 'expected that answered_at is not before offered_at'
            when 21 then 'expected that ended_at is not before offered_at'
            when 22 then 'expected that ended_at is not before answered_at'
            when 23 then 'queue_id names no row in force of acd.queues'
            when 24 then 'agent_id names no row in force of hr.employees'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['leg_id', 'contact_id', 'leg_number', 'direction', 'queue_id', 'agent_id', 'customer_id', 'topic', 'offered_at', 'answered_at', 'ended_at', 'talk_seconds', 'hold_seconds', 'wrap_seconds', 'outcome', 'transferred'], ['offered_at', 'answered_at', 'ended_at'], []) }} as row_text,
        {{ public_row_text('refused', ['leg_id', 'contact_id', 'leg_number', 'direction', 'queue_id', 'agent_id', 'customer_id', 'topic', 'offered_at', 'answered_at', 'ended_at', 'talk_seconds', 'hold_seconds', 'wrap_seconds', 'outcome', 'transferred'], ['offered_at', 'answered_at', 'ended_at'], [], ['customer_id']) }} as row_text_public
    from refused
    left join versions
        on refused.leg_id = versions.leg_id
        and versions.age = 1
        and versions.version > refused.version
),

final as (
    select * from refused_rows
    union all
    select
        delivery_id,
        line_number,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as {{ dbt.type_string() }}) as reason,
        false as is_quarantined,
        cast(null as {{ dbt.type_string() }}) as row_text,
        cast(null as {{ dbt.type_string() }}) as row_text_public
    from versions
    where age > 1
)

select * from final
