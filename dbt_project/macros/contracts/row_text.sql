{#- A row as people see it: as it came, and as it may be shown outside. -#}

{#- The row as it came: as the loader kept it, else from its typed values, which then show the same. -#}
{% macro row_as_text(rows, columns, timestamps, decimals) -%}
    coalesce({{ rows }}.row_text, {{ json_of(rows, columns, timestamps, decimals, []) }})
{%- endmacro %}

{#- The row as it may be shown outside the build database: contract columns only, hidden ones as three stars; a line
    that can't be taken apart shows nothing where it could hold something hidden. -#}
{% macro public_row_text(rows, columns, timestamps, decimals, hidden) -%}
    case
        when {{ rows }}.row_text is null then {{ json_of(rows, columns, timestamps, decimals, hidden) }}
        when {{ is_json_object(rows ~ '.row_text') }} then {{ json_from_text(rows ~ '.row_text', columns, hidden) }}
        else {{ "'***'" if hidden else rows ~ '.row_text' }}
    end
{%- endmacro %}

{% macro json_of(rows, columns, timestamps, decimals, hidden) -%}
    {{ return(adapter.dispatch('json_of')(rows, columns, timestamps, decimals, hidden)) }}
{%- endmacro %}
{% macro default__json_of(rows, columns, timestamps, decimals, hidden) -%}
    cast(to_json({
    {%- for column in columns -%}
        '{{ column }}':
        {%- if column in hidden %} case when {{ rows }}.{{ column }} is not null then '***' end
        {%- elif column in timestamps %} strftime({{ rows }}.{{ column }}, '%Y-%m-%dT%H:%M:%SZ')
        {%- elif column in decimals %} cast({{ rows }}.{{ column }} as double)
        {%- else %} {{ rows }}.{{ column }}
        {%- endif -%}
        {{ ', ' if not loop.last }}
    {%- endfor -%}
    }) as varchar)
{%- endmacro %}
{% macro spark__json_of(rows, columns, timestamps, decimals, hidden) -%}
    to_json(named_struct(
    {%- for column in columns -%}
        '{{ column }}',
        {%- if column in hidden %} case when {{ rows }}.{{ column }} is not null then '***' end
        {%- elif column in timestamps %} date_format({{ rows }}.{{ column }}, "yyyy-MM-dd'T'HH:mm:ss'Z'")
        {%- elif column in decimals %} cast({{ rows }}.{{ column }} as double)
        {%- else %} {{ rows }}.{{ column }}
        {%- endif -%}
        {{ ', ' if not loop.last }}
    {%- endfor -%}
    ))
{%- endmacro %}

{% macro is_json_object(text) -%}
    {{ return(adapter.dispatch('is_json_object')(text)) }}
{%- endmacro %}
{% macro default__is_json_object(text) -%}
    case when json_valid({{ text }}) then json_type({{ text }}) = 'OBJECT' else false end
{%- endmacro %}
{% macro spark__is_json_object(text) -%} json_object_keys({{ text }}) is not null {%- endmacro %}

{% macro json_from_text(text, columns, hidden) -%}
    {{ return(adapter.dispatch('json_from_text')(text, columns, hidden)) }}
{%- endmacro %}
{% macro default__json_from_text(text, columns, hidden) -%}
    cast(to_json({
    {%- for column in columns -%}
        {%- set value = "json_extract_string(" ~ text ~ ", '$." ~ column ~ "')" -%}
        '{{ column }}': {% if column in hidden %}case when {{ value }} is not null then '***' end{% else %}{{ value }}{% endif -%}
        {{ ', ' if not loop.last }}
    {%- endfor -%}
    }) as varchar)
{%- endmacro %}
{% macro spark__json_from_text(text, columns, hidden) -%}
    to_json(named_struct(
    {%- for column in columns -%}
        {%- set value = "get_json_object(" ~ text ~ ", '$." ~ column ~ "')" -%}
        '{{ column }}', {% if column in hidden %}case when {{ value }} is not null then '***' end{% else %}{{ value }}{% endif -%}
        {{ ', ' if not loop.last }}
    {%- endfor -%}
    ))
{%- endmacro %}
