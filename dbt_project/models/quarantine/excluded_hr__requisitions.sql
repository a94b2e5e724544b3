-- Made by `make generate` from the contract of hr.requisitions: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__requisitions') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        requisition_id,
        role,
        opened_on,
        due_on,
        requested,
        filled,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['requisition_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when requisition_id is null then 1
            when role is null then 2
            when opened_on is null then 3
            when due_on is null then 4
            when requested is null then 5
            when requested not between 1 and 100000 then 6
            when filled is null then 7
            when filled not between 0 and 100000 then 8
        end as problem
    from delivered
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        requisition_id,
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
        select {{ row_hash(['requisition_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.requisition_id order by good.version desc) as age
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
            when 1 then 'requisition_id'
            when 2 then 'role'
            when 3 then 'opened_on'
            when 4 then 'due_on'
            when 5 then 'requested'
            when 6 then 'requested'
            when 7 then 'filled'
            when 8 then 'filled'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'requisition_id is required and missing'
            when 2 then 'role is required and missing'
            when 3 then 'opened_on is required and missing'
            when 4 then 'due_on is required and missing'
            when 5 then 'requested is required and missing'
            when 6 then 'requested is outside 1 to 100000'
            when 7 then 'filled is required and missing'
            when 8 then 'filled is outside 0 to 100000'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['requisition_id', 'role', 'opened_on', 'due_on', 'requested', 'filled'], [], []) }} as row_text,
        {{ public_row_text('refused', ['requisition_id', 'role', 'opened_on', 'due_on', 'requested', 'filled'], [], [], []) }} as row_text_public
    from refused
    left join versions
        on refused.requisition_id = versions.requisition_id
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
