-- Made by `make generate` from the contract of qa.evaluation_items: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'qa__evaluation_items') }}
),

evaluation_id_refs as (
    select distinct evaluation_id as evaluation_id_ref
    from {{ ref('stg_qa__evaluations') }}
    where evaluation_id is not null
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        evaluation_id,
        criterion,
        points,
        max_points,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['evaluation_id', 'criterion']) }} as key_hash,
        case
            when error_reason is not null then 0
            when evaluation_id is null then 1
            when criterion is null then 2
            when points is null then 3
            when points not between 0 and 1000 then 4
            when max_points is null then 5
            when max_points not between 0.01 and 1000 then 6
            when not (points <= max_points) then 7
            when evaluation_id is not null and evaluation_id_found.evaluation_id_ref is null then 8
        end as problem
    from delivered
    left join evaluation_id_refs as evaluation_id_found on delivered.evaluation_id = evaluation_id_found.evaluation_id_ref
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        evaluation_id,
        criterion,
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
        select {{ row_hash(['evaluation_id', 'criterion']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.evaluation_id, good.criterion order by good.version desc) as age
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
            when 1 then 'evaluation_id'
            when 2 then 'criterion'
            when 3 then 'points'
            when 4 then 'points'
            when 5 then 'max_points'
            when 6 then 'max_points'
            when 7 then 'points'
            when 8 then 'evaluation_id'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'evaluation_id is required and missing'
            when 2 then 'criterion is required and missing'
            when 3 then 'points is required and missing'
            when 4 then 'points is outside 0 to 1000'
            when 5 then 'max_points is required and missing'
            when 6 then 'max_points is outside 0.01 to 1000'
            when 7 then 'expected that points are not above max_points'
            when 8 then 'evaluation_id names no row in force of qa.evaluations'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['evaluation_id', 'criterion', 'points', 'max_points'], [], ['points', 'max_points']) }} as row_text,
        {{ public_row_text('refused', ['evaluation_id', 'criterion', 'points', 'max_points'], [], ['points', 'max_points'], []) }} as row_text_public
    from refused
    left join versions
        on refused.evaluation_id = versions.evaluation_id
        and refused.criterion = versions.criterion
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
