with

delivery as (
    select * from {{ source('raw', 'delivery') }}
    where superseded_by is null
),

refused as (
    {%- for table in contract_names() %}
    select
        '{{ table }}' as table_name,
        *
    from {{ ref('refused_' ~ table.replace('.', '__')) }}
    where is_quarantined
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        refused.table_name,
        delivery.file,
        refused.line_number as line,
        refused.row_number,
        refused.column_name,
        refused.reason_code,
        refused.reason_params,
        refused.row_text,
        refused.row_text_public,
        refused.delivery_id
    from refused
    inner join delivery on refused.delivery_id = delivery.delivery_id
    union all
    select
        table_name,
        file,
        cast(null as bigint) as line,
        cast(null as bigint) as row_number,
        cast(null as {{ dbt.type_string() }}) as column_name,
        unreadable_code as reason_code,
        unreadable_params as reason_params,
        cast(null as {{ dbt.type_string() }}) as row_text,
        cast(null as {{ dbt.type_string() }}) as row_text_public,
        delivery_id
    from delivery
    where unreadable_reason is not null
)

select * from final
