{% macro get_incremental_replace_months_sql(arg_dict) -%}
    {{ return(adapter.dispatch('replace_months_sql')(arg_dict)) }}
{%- endmacro %}

{% macro default__replace_months_sql(arg_dict) -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ in_selected_months(config.require('meta')['month_of'], config.require('meta').get('rolls_on_months', 0)) }};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }};
{%- endmacro %}
