{% macro statistic_of_pairs(name, y, x) -%}
    {{ return(adapter.dispatch('statistic_of_pairs')(name, y, x)) }}
{%- endmacro %}

{% macro default__statistic_of_pairs(name, y, x) -%}
    {{ name }}({{ y }}, {{ x }} order by {{ y }}, {{ x }})
{%- endmacro %}

{% macro spark__statistic_of_pairs(name, y, x) -%}
    {{ name }}({{ y }}, {{ x }})
{%- endmacro %}
