{% macro seconds_of(microseconds) -%}
    cast(cast({{ microseconds }} as decimal(20, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(18, 6))
{%- endmacro %}
