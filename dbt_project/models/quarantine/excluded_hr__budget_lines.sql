-- Made by `make generate` from the contract of hr.budget_lines: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__budget_lines') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        month,
        category,
        budgeted,
        spent,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['month', 'category']) }} as key_hash,
        case
            when error_reason is not null then 0
            when month is null then 1
            when category is null then 2
            when budgeted is null then 3
            when budgeted not between 0 and 1000000000000 then 4
            when spent is null then 5
            when spent not between 0 and 1000000000000 then 6
            when not (extract(day from month) = 1) then 7
        end as problem
    from delivered
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        month,
        category,
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
        select {{ row_hash(['month', 'category']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.month, good.category order by good.version desc) as age
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
            when 1 then 'month'
            when 2 then 'category'
            when 3 then 'budgeted'
            when 4 then 'budgeted'
            when 5 then 'spent'
            when 6 then 'spent'
            when 7 then 'month'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'month is required and missing'
            when 2 then 'category is required and missing'
            when 3 then 'budgeted is required and missing'
            when 4 then 'budgeted is outside 0 to 1000000000000'
            when 5 then 'spent is required and missing'
            when 6 then 'spent is outside 0 to 1000000000000'
            when 7 then 'expected that month is the first day of a month'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['month', 'category', 'budgeted', 'spent'], [], ['budgeted', 'spent']) }} as row_text,
        {{ public_row_text('refused', ['month', 'category', 'budgeted', 'spent'], [], ['budgeted', 'spent'], []) }} as row_text_public
    from refused
    left join versions
        on refused.month = versions.month
        and refused.category = versions.category
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
