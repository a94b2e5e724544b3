{#- Incremental strategy replace_months: the rows of the selected months go, also where the build gives none for one of
    them any more, and the new ones come in; all other months stay as they are. The model names its date column in
    meta.month_of.

    Rows that are made of earlier months as well (rolling months, runs of months) change with each of these: such a model
    says in meta.rolls_on_months how many months after a selected one go and come in again, or 'all' for every later one,
    and makes the rows of in_selected_months(month, <the same>), as far as what it reads has rows of them. -#}
{% macro get_incremental_replace_months_sql(arg_dict) -%}
    {{ return(adapter.dispatch('replace_months_sql')(arg_dict)) }}
{%- endmacro %}

{% macro default__replace_months_sql(arg_dict) -%}
    {%- set meta = config.require('meta') -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ in_selected_months(meta['month_of'], meta.get('rolls_on_months', 0)) }};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }};
{%- endmacro %}
