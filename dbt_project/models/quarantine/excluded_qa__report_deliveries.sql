-- Made by `make generate` from the contract of qa.report_deliveries: change that, not this.
with

delivered as {{ inlined() }} (
    select
        report_id,
        report_name,
        owner_id,
        due_at,
        delivered_at,
        defects,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'qa__report_deliveries') }}
    where local_columns is null
    union all
    select * from {{ ref('local_qa__report_deliveries') }}
),

owner_id_refs as (
    select distinct employee_id as owner_id_ref
    from {{ ref('stg_hr__employees') }}
    where employee_id is not null
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        report_id,
        report_name,
        owner_id,
        due_at,
        delivered_at,
        defects,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['report_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when report_id is null then 1
            when report_name is null then 2
            when owner_id is null then 3
            when due_at is null then 4
            when defects not between 0 and 100000 then 5
            when owner_id is not null and owner_id_found.owner_id_ref is null then 6
        end as problem
    from delivered
    left join owner_id_refs as owner_id_found on delivered.owner_id = owner_id_found.owner_id_ref
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        report_id,
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
        select {{ row_hash(['report_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.report_id order by good.version desc) as age
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
            when 1 then 'report_id'
            when 2 then 'report_name'
            when 3 then 'owner_id'
            when 4 then 'due_at'
            when 5 then 'defects'
            when 6 then 'owner_id'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'report_id is required and missing'
            when 2 then 'report_name is required and missing'
            when 3 then 'owner_id is required and missing'
            when 4 then 'due_at is required and missing'
            when 5 then 'defects is outside 0 to 100000'
            when 6 then 'owner_id names no row in force of hr.employees'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['report_id', 'report_name', 'owner_id', 'due_at', 'delivered_at', 'defects'], ['due_at', 'delivered_at'], []) }} as row_text,
        {{ public_row_text('refused', ['report_id', 'report_name', 'owner_id', 'due_at', 'delivered_at', 'defects'], ['due_at', 'delivered_at'], [], []) }} as row_text_public
    from refused
    left join versions
        on refused.report_id = versions.report_id
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
