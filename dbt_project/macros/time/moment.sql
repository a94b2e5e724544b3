{% macro as_of() -%}
    cast('{{ var("as_of") }}' as timestamp)
{%- endmacro %}

{% macro as_of_date() -%}
    cast({{ as_of() }} as date)
{%- endmacro %}

{% macro default_time_zone() -%}
    (
        select coalesce(max(default_site.time_zone), '{{ var("default_time_zone") }}')
        from {{ ref('stg_hr__sites') }} as default_site
        where default_site.site_id = '{{ var("default_site") }}'
    )
{%- endmacro %}

{% macro beginning_of_time() -%} timestamp '1900-01-01 00:00:00' {%- endmacro %}
{% macro end_of_time() -%} timestamp '9999-12-31 00:00:00' {%- endmacro %}
{% macro first_day() -%} date '1900-01-01' {%- endmacro %}
{% macro last_day() -%} date '9999-12-31' {%- endmacro %}
