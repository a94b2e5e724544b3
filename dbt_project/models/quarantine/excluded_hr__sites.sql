-- Made by `make generate` from the contract of hr.sites: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__sites') }}
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        site_id,
        site_name,
        time_zone,
        country,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['site_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when site_id is null then 1
            when site_name is null then 2
            when time_zone is null then 3
            when country is null then 4
            when not ({{ is_time_zone('time_zone') }}) then 5
            when not (length(country) = 2 and lower(country) between 'aa' and 'zz') then 6
        end as problem
    from delivered
),

refused as (
    select * from judged
    where problem is not null
),

good as {{ inlined() }} (
    select
        site_id,
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
        select {{ row_hash(['site_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.site_id order by good.version desc) as age
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
            when 1 then 'site_id'
            when 2 then 'site_name'
            when 3 then 'time_zone'
            when 4 then 'country'
            when 5 then 'time_zone'
            when 6 then 'country'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'site_id is required and missing'
            when 2 then 'site_name is required and missing'
            when 3 then 'time_zone is required and missing'
            when 4 then 'country is required and missing'
            when 5 then 'expected that time_zone is an IANA name'
            when 6 then 'expected that country is an ISO 3166-1 alpha-2 code'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['site_id', 'site_name', 'time_zone', 'country'], [], []) }} as row_text,
        {{ public_row_text('refused', ['site_id', 'site_name', 'time_zone', 'country'], [], [], []) }} as row_text_public
    from refused
    left join versions
        on refused.site_id = versions.site_id
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
