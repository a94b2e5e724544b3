-- Made by `make generate` from the contract of crm.surveys: change that, not this.
with

delivered as {{ inlined() }} (
    select
        survey_id,
        contact_id,
        agent_id,
        responded_at,
        csat,
        nps,
        resolution,
        attitude,
        speed,
        ease,
        comment,
        review,
        review_reason,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'crm__surveys') }}
    where local_columns is null
    union all
    select * from {{ ref('local_crm__surveys') }}
),

agent_id_refs as (
    select distinct agent_id as agent_id_ref
    from {{ ref('stg_hr__employees') }}
    where agent_id is not null
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        survey_id,
        contact_id,
        agent_id,
        responded_at,
        csat,
        nps,
        resolution,
        attitude,
        speed,
        ease,
        comment,
        review,
        review_reason,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['survey_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when survey_id is null then 1
            when contact_id is null then 2
            when agent_id is null then 3
            when responded_at is null then 4
            when csat not between 1 and 5 then 5
            when nps not between 0 and 10 then 6
            when resolution not between 1 and 5 then 7
            when attitude not between 1 and 5 then 8
            when speed not between 1 and 5 then 9
            when ease not between 1 and 5 then 10
            when review not in ('pending', 'upheld', 'excluded') then 11
            when agent_id is not null and agent_id_found.agent_id_ref is null then 12
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
        survey_id,
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
        select {{ row_hash(['survey_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.survey_id order by good.version desc) as age
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
            when 1 then 'survey_id'
            when 2 then 'contact_id'
            when 3 then 'agent_id'
            when 4 then 'responded_at'
            when 5 then 'csat'
            when 6 then 'nps'
            when 7 then 'resolution'
            when 8 then 'attitude'
            when 9 then 'speed'
            when 10 then 'ease'
            when 11 then 'review'
            when 12 then 'agent_id'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'survey_id is required and missing'
            when 2 then 'contact_id is required and missing'
            when 3 then 'agent_id is required and missing'
            when 4 then 'responded_at is required and missing'
            when 5 then 'csat is outside 1 to 5'
            when 6 then 'nps is outside 0 to 10'
            when 7 then 'resolution is outside 1 to 5'
            when 8 then 'attitude is outside 1 to 5'
            when 9 then 'speed is outside 1 to 5'
            when 10 then 'ease is outside 1 to 5'
            when 11 then 'review is none of pending, upheld, excluded'
            when 12 then 'agent_id names no row in force of hr.employees'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['survey_id', 'contact_id', 'agent_id', 'responded_at', 'csat', 'nps', 'resolution', 'attitude', 'speed', 'ease', 'comment', 'review', 'review_reason'], ['responded_at'], []) }} as row_text,
        {{ public_row_text('refused', ['survey_id', 'contact_id', 'agent_id', 'responded_at', 'csat', 'nps', 'resolution', 'attitude', 'speed', 'ease', 'comment', 'review', 'review_reason'], ['responded_at'], [], ['comment']) }} as row_text_public
    from refused
    left join versions
        on refused.survey_id = versions.survey_id
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
