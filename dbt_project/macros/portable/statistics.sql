{#- A statistic of pairs (corr, regr_slope, regr_r2), the same to the last bit in whatever order rows come: pairs are taken
    in the order of their values, and pairs with the same values may stand in any order. Spark has no order inside these
    functions, so the last bits may differ there from run to run. -#}
{% macro statistic_of_pairs(name, y, x) -%}
    {{ return(adapter.dispatch('statistic_of_pairs')(name, y, x)) }}
{%- endmacro %}

{% macro default__statistic_of_pairs(name, y, x) -%}
    {{ name }}({{ y }}, {{ x }} order by {{ y }}, {{ x }})
{%- endmacro %}

{% macro spark__statistic_of_pairs(name, y, x) -%}
    {{ name }}({{ y }}, {{ x }})
{%- endmacro %}
