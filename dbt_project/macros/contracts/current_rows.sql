{#- The rows of a table that count: all that were delivered but for the refused ones. Few are refused, as a rule, so the
    many good rows are never written a second time. -#}
{% macro current_rows(table) -%}
{%- set contract = contract_of(table) -%}
{%- set inlined = inlined() -%}
with

delivered as {{ inlined }} (
    {{ delivered_rows(contract) }}
),

refused as (select {{ contract.row | join(', ') }} from {{ ref('refused_' ~ contract.model) }}),

final as {{ inlined }} (
    select
        {%- for name in contract.names + contract.row %}
        delivered.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from delivered
    left join refused on {{ on_columns(contract.row, 'delivered', 'refused') }}
    where refused.{{ contract.row[0] }} is null
)

select * from final
{%- endmacro %}
