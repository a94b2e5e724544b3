{#- Schemas are named as the rooms are, without a target prefix: people meet these names in releases. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
