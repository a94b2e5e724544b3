{#- For models that read their own published rows: the table of an older home has no column that came since. -#}
{% macro kept_column(name, type) -%}
    {%- set held = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
    {{ name if name in held else 'cast(null as ' ~ type ~ ') as ' ~ name }}
{%- endmacro %}
