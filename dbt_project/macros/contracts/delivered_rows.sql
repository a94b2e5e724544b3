{#- Every delivered row of a source table, typed, every time an instant: rows that came with local times have them made
    instants in `base_*`, all others are as the loader left them. -#}
{% macro delivered_rows(contract) -%}
    {%- set columns -%}
        {{ contract.sql.values() | join(',\n        ') }},
        {{ contract.carried | join(',\n        ') }}
    {%- endset -%}
    select
        {{ columns }}
    from {{ source('raw', contract.model) }}
    {%- if contract.instants %}
    where local_columns is null
    union all
    select
        {{ columns }}
    from {{ ref('base_' ~ contract.model) }}
    {%- endif %}
{%- endmacro %}
