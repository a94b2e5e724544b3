{#- The contract of a source table, `contract_of('crm.surveys')`, with what every macro here needs of it besides. Calling
    a macro costs more than what it does, so this is called once a model, and the contract handed on.

    names      columns of the contract
    sql        column → the column in SQL: a word of SQL needs quotes, which engines write differently
    instants, decimals, hidden    columns that are timestamps, decimals, never shown outside the build database
    row        columns that tell delivered rows apart: everything that joins rows to themselves goes by these
    carried    what a delivered row carries besides the columns of its contract -#}
{% macro contract_of(table) -%}
    {%- set contract = contract_data(table) -%}
    {%- set columns = contract.columns.items() -%}
    {%- set sql = {} -%}
    {%- for name in contract.columns %}{% do sql.update({name: adapter.quote(name) if name == 'left' else name}) %}{% endfor -%}
    {%- do contract.update({
        'names': contract.columns | list,
        'sql': sql,
        'instants': columns | selectattr('1.type', 'equalto', 'timestamp') | map(attribute=0) | list,
        'decimals': columns | selectattr('1.type', 'equalto', 'decimal') | map(attribute=0) | list,
        'hidden': columns | selectattr('1.hidden', 'defined') | map(attribute=0) | list,
        'row': ['delivery_id', 'line_number', 'row_number'],
        'carried': [
            'error_column', 'error_code', 'error_params', 'row_text', 'delivery_id', 'line_number', 'row_number',
            'delivery_order',
        ],
    }) -%}
    {{ return(contract) }}
{%- endmacro %}

{#- Whether the rows of two relations have the same values in these columns. -#}
{% macro on_columns(columns, left, right) -%}
    {%- for column in columns %}{{ ' and ' if not loop.first }}{{ left }}.{{ column }} = {{ right }}.{{ column }}{% endfor -%}
{%- endmacro %}
