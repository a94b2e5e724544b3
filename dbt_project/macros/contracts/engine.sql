{#- What the macros of contracts need of an engine, where engines differ. -#}

{#- On DuckDB a CTE that is read more than once is written out first: large ones are better read again. -#}
{% macro inlined() -%}
    {{ return(adapter.dispatch('inlined')()) }}
{%- endmacro %}
{% macro default__inlined() -%} not materialized {%- endmacro %}
{% macro spark__inlined() -%}{%- endmacro %}

{#- A number for a key: equal keys have equal numbers, other keys mostly others. -#}
{% macro row_hash(columns) -%}
    {{ return(adapter.dispatch('row_hash')(columns)) }}
{%- endmacro %}
{% macro default__row_hash(columns) -%} hash({{ columns | join(', ') }}) {%- endmacro %}
{% macro spark__row_hash(columns) -%} xxhash64({{ columns | join(', ') }}) {%- endmacro %}

{% macro is_time_zone(column) -%}
    {{ return(adapter.dispatch('is_time_zone')(column)) }}
{%- endmacro %}
{% macro default__is_time_zone(column) -%}
    {{ column }} in (select name from pg_timezone_names())
{%- endmacro %}
{% macro spark__is_time_zone(column) -%}
    {{ column }} rlike '^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$'
{%- endmacro %}
