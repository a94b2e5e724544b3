-- Made by `make generate` from the contract of acd.queues: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'acd__queues') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        queue_id,
        queue_name,
        business_line,
        channel,
        service_level_seconds,
        short_abandon_seconds,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['queue_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when queue_id is null then 1
            when queue_name is null then 2
            when business_line is null then 3
            when channel is null then 4
            when channel not in ('voice', 'chat', 'email') then 5
            when service_level_seconds is null then 6
            when service_level_seconds not between 1 and 86400 then 7
            when short_abandon_seconds is null then 8
            when short_abandon_seconds not between 0 and 600 then 9
        end as problem
    from delivered
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        queue_id,
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
        select {{ row_hash(['queue_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.queue_id order by good.version desc) as age
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
            when 1 then 'queue_id'
            when 2 then 'queue_name'
            when 3 then 'business_line'
            when 4 then 'channel'
            when 5 then 'channel'
            when 6 then 'service_level_seconds'
            when 7 then 'service_level_seconds'
            when 8 then 'short_abandon_seconds'
            when 9 then 'short_abandon_seconds'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'queue_id is required and missing'
            when 2 then 'queue_name is required and missing'
            when 3 then 'business_line is required and missing'
            when 4 then 'channel is required and missing'
            when 5 then 'channel is none of voice, chat, email'
            when 6 then 'service_level_seconds is required and missing'
            when 7 then 'service_level_seconds is outside 1 to 86400'
            when 8 then 'short_abandon_seconds is required and missing'
            when 9 then 'short_abandon_seconds is outside 0 to 600'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['queue_id', 'queue_name', 'business_line', 'channel', 'service_level_seconds', 'short_abandon_seconds'], [], []) }} as row_text,
        {{ public_row_text('refused', ['queue_id', 'queue_name', 'business_line', 'channel', 'service_level_seconds', 'short_abandon_seconds'], [], [], []) }} as row_text_public
    from refused
    left join versions
        on refused.queue_id = versions.queue_id
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
