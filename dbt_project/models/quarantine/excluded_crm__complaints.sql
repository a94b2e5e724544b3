-- Made by `make generate` from the contract of crm.complaints: change that, not this.
with

delivered as {{ inlined() }} (
    select
        complaint_id,
        contact_id,
        agent_id,
        customer_id,
        received_at,
        category,
        upheld,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'crm__complaints') }}
    where local_columns is null
    union all
    select * from {{ ref('local_crm__complaints') }}
),

agent_id_refs as (
    select distinct agent_id as agent_id_ref
    from {{ ref('stg_hr__employees') }}
    where agent_id is not null
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        complaint_id,
        contact_id,
        agent_id,
        customer_id,
        received_at,
        category,
        upheld,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['complaint_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when complaint_id is null then 1
            when received_at is null then 2
            when agent_id is not null and agent_id_found.agent_id_ref is null then 3
        end as problem
    from delivered
    left join agent_id_refs as agent_id_found on delivered.agent_id = agent_id_found.agent_id_ref
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        complaint_id,
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
        select {{ row_hash(['complaint_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.complaint_id order by good.version desc) as age
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
            when 1 then 'complaint_id'
            when 2 then 'received_at'
            when 3 then 'agent_id'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'complaint_id is required and missing'
            when 2 then 'received_at is required and missing'
            when 3 then 'agent_id names no row in force of hr.employees'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['complaint_id', 'contact_id', 'agent_id', 'customer_id', 'received_at', 'category', 'upheld'], ['received_at'], []) }} as row_text,
        {{ public_row_text('refused', ['complaint_id', 'contact_id', 'agent_id', 'customer_id', 'received_at', 'category', 'upheld'], ['received_at'], [], ['customer_id']) }} as row_text_public
    from refused
    left join versions
        on refused.complaint_id = versions.complaint_id
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
