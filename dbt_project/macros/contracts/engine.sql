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

{#- Area/City or UTC: an engine knows other names too, and CST of its own is US Central. -#}
{% macro iana_name(column, matches) -%}
    {{ matches }}({{ column }}, '^(UTC|(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z0-9_+/-]+)$')
{%- endmacro %}

{% macro is_time_zone(column) -%}
    {{ return(adapter.dispatch('is_time_zone')(column)) }}
{%- endmacro %}
{% macro default__is_time_zone(column) -%}
    ({{ iana_name(column, 'regexp_full_match') }} and {{ column }} in (select name from pg_timezone_names()))
{%- endmacro %}
{% macro spark__is_time_zone(column) -%}
    {{ iana_name(column, 'regexp_like') }}
{%- endmacro %}
