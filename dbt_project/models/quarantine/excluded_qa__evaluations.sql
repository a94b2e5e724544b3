-- Made by `make generate` from the contract of qa.evaluations: change that, not this.
with

delivered as {{ inlined() }} (
    select
        evaluation_id,
        contact_id,
        agent_id,
        evaluator_id,
        evaluated_at,
        method,
        score,
        critical_error,
        status,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'qa__evaluations') }}
    where local_columns is null
    union all
    select * from {{ ref('local_qa__evaluations') }}
),

agent_id_refs as (
    select distinct agent_id as agent_id_ref
    from {{ ref('stg_hr__employees') }}
    where agent_id is not null
),

-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{ inlined() }} (
    select
        evaluation_id,
        contact_id,
        agent_id,
        evaluator_id,
        evaluated_at,
        method,
        score,
        critical_error,
        status,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{ row_hash(['evaluation_id']) }} as key_hash,
        case
            when error_reason is not null then 0
            when evaluation_id is null then 1
            when agent_id is null then 2
            when evaluator_id is null then 3
            when evaluated_at is null then 4
            when method is null then 5
            when method not in ('monitoring', 'mystery_call', 'automated') then 6
            when score is null then 7
            when score not between 0 and 100 then 8
            when critical_error is null then 9
            when status is null then 10
            when status not in ('final', 'disputed', 'overturned') then 11
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
        evaluation_id,
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
        select {{ row_hash(['evaluation_id']) }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by good.evaluation_id order by good.version desc) as age
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
            when 2 then 'agent_id'
            when 3 then 'evaluator_id'
            when 4 then 'evaluated_at'
            when 5 then 'method'
            when 6 then 'method'
            when 7 then 'score'
            when 8 then 'score'
            when 9 then 'critical_error'
            when 10 then 'status'
            when 11 then 'status'
            when 12 then 'agent_id'
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
            when 1 then 'evaluation_id is required and missing'
            when 2 then 'agent_id is required and missing'
            when 3 then 'evaluator_id is required and missing'
            when 4 then 'evaluated_at is required and missing'
            when 5 then 'method is required and missing'
            when 6 then 'method is none of monitoring, mystery_call, automated'
            when 7 then 'score is required and missing'
            when 8 then 'score is outside 0 to 100'
            when 9 then 'critical_error is required and missing'
            when 10 then 'status is required and missing'
            when 11 then 'status is none of final, disputed, overturned'
            when 12 then 'agent_id names no row in force of hr.employees'
        end as reason,
        versions.version is null as is_quarantined,
        {{ row_as_text('refused', ['evaluation_id', 'contact_id', 'agent_id', 'evaluator_id', 'evaluated_at', 'method', 'score', 'critical_error', 'status'], ['evaluated_at'], ['score']) }} as row_text,
        {{ public_row_text('refused', ['evaluation_id', 'contact_id', 'agent_id', 'evaluator_id', 'evaluated_at', 'method', 'score', 'critical_error', 'status'], ['evaluated_at'], ['score'], []) }} as row_text_public
    from refused
    left join versions
        on refused.evaluation_id = versions.evaluation_id
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
