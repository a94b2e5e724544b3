{#- The delivered rows of a table that do not count, each with the first reason found: refused by their contract, by a
    reference or by other rows, or replaced by a later row of their key. Four steps, each of which only needs what came
    or changed and the rows that share its keys, values or references:

    1. judged_rows: each row by itself, and against the rows it refers to;
    2. versions_of_keys: good rows of one key against each other, the newest counts;
    3. ruled_out: current rows against each other, where the contract has a rule between rows;
    4. the refused rows with their reasons; one whose key a later good row has is repaired and leaves quarantine. -#}
{% macro refused_rows(table) -%}
{%- set contract = contract_of(table) -%}
{%- set rules = row_rules(contract) -%}
{%- do contract.update({'inlined': inlined(), 'key_hash': row_hash(contract.key), 'text': dbt.type_string()}) -%}
with{{ ' recursive' if contract.no_overlap }}

delivered as {{ contract.inlined }} (
    {{ delivered_rows(contract) }}
),

{{ judged_rows(contract, rules) }},

{{ versions_of_keys(contract) }},
{% if contract.leads_to %}
{{ taken_values(contract) }},
{% elif contract.no_overlap %}
{{ overlapping_segments(contract) }},
{% endif %}
broken as (
    select
        refused.{{ contract.row | join(',\n        refused.') }},
        {{ of_broken_rule(rules, 'column', 'error_column') }} as column_name,
        {{ of_broken_rule(rules, 'code', 'error_code') }} as reason_code,
        {{ of_broken_rule(rules, 'params', 'error_params') }} as reason_params,
        versions.version is null as is_quarantined,
        {{ row_texts(contract, 'refused') }}
    from refused
    left join versions
        on {{ on_columns(contract.key, 'refused', 'versions') }}
        and versions.age = 1
        and {{ is_later('versions', 'refused') }}
),

{{ replaced_rows(contract) }},

final as (
    select * from broken
    union all
    select * from replaced
    {%- if contract.leads_to or contract.no_overlap %}
    union all
    select
        judged.{{ contract.row | join(',\n        judged.') }},
        {%- if contract.leads_to %}
        '{{ contract.leads_to.column }}' as column_name,
        'already_taken' as reason_code,
        cast(null as {{ contract.text }}) as reason_params,
        {%- else %}
        '{{ contract.no_overlap.starts }}' as column_name,
        'overlaps' as reason_code,
        '{{ tojson({'within': contract.no_overlap.within}) }}' as reason_params,
        {%- endif %}
        true as is_quarantined,
        {{ row_texts(contract, 'judged') }}
    from judged
    inner join ruled_out on {{ on_columns(contract.row, 'judged', 'ruled_out') }}
    {%- endif %}
)

select * from final
{%- endmacro %}

{#- Every row delivered, with the number of the first rule that it breaks: 0 the loader's, null where it is good. -#}
{% macro judged_rows(contract, rules) -%}
{% for name, column in contract.columns.items() if column.ref -%}
{{ name }}_targets as (
    select distinct {{ column.ref.column }} as target
    from {{ ref('stg_' ~ column.ref.table.replace('.', '__')) }}
    where {{ column.ref.column }} is not null
),

{% endfor -%}
judged as {{ contract.inlined }} (
    select
        {{ contract.sql.values() | join(',\n        ') }},
        error_column,
        error_code,
        error_params,
        row_text,
        {{ contract.row | join(',\n        ') }},
        -- later delivery, then later line, then later row of the line
        delivery_order * 1000000000000 + line_number as version,
        {%- if contract.longest %}
        delivery_order,
        {%- endif %}
        {{ contract.key_hash }} as key_hash,
        case
            when error_code is not null then 0
            {%- for rule in rules %}
            when {{ rule.broken }} then {{ rule.number }}
            {%- endfor %}
        end as problem
    from delivered
    {%- for name, column in contract.columns.items() if column.ref %}
    left join {{ name }}_targets as {{ name }}_found on delivered.{{ name }} = {{ name }}_found.target
    {%- endfor %}
),

refused as (
    select * from judged
    where problem is not null
)
{%- endmacro %}

{#- The good rows of a key that was delivered more than once, in turn: age 1 is the newest. -#}
{% macro versions_of_keys(contract) -%}
good as {{ contract.inlined }} (
    select
        {{ (contract.key + columns_between_rows(contract)) | unique | join(',\n        ') }},
        {%- if contract.no_overlap %}
        {{ contract.no_overlap.ends }} as segment_ends_at,
        {%- endif %}
        {%- if contract.longest %}
        delivery_order,
        {%- endif %}
        key_hash,
        {{ contract.row | join(',\n        ') }},
        version
    from judged
    where problem is null
),

-- the few keys that need a closer look, found by their columns alone: those met more than once
repeated as (
    select key_hash from (
        select {{ contract.key_hash }} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (
            partition by {{ 'good.' ~ contract.key | join(', good.') }} order by {{ newest_first(contract, 'good') }}
        ) as age
    from good
    inner join repeated on good.key_hash = repeated.key_hash
)
{%- endmacro %}

{#- Good rows that a later good row of their key replaces. -#}
{% macro replaced_rows(contract) -%}
replaced as (
    select
        {{ contract.row | join(',\n        ') }},
        cast(null as {{ contract.text }}) as column_name,
        'replaced' as reason_code,
        cast(null as {{ contract.text }}) as reason_params,
        false as is_quarantined,
        cast(null as {{ contract.text }}) as row_text,
        cast(null as {{ contract.text }}) as row_text_public
    from {{ 'claimed' if contract.leads_to else 'versions' }}
    where age > 1
)
{%- endmacro %}

{#- Rows of one key in turn, the one that counts first: the latest, or within a delivery the one that lasted longest. -#}
{% macro newest_first(contract, rows) -%}
    {%- if contract.longest -%}
    {{ rows }}.delivery_order desc, {{ rows }}.{{ contract.longest }} desc nulls first,
    {%- endif %} {{ rows }}.version desc, {{ rows }}.row_number desc
{%- endmacro %}

{#- Whether the one row was delivered after the other. -#}
{% macro is_later(later, earlier) -%}
    ({{ later }}.version, {{ later }}.row_number) > ({{ earlier }}.version, {{ earlier }}.row_number)
{%- endmacro %}

{#- Columns besides the key that a rule between rows looks at. -#}
{% macro columns_between_rows(contract) -%}
    {%- set rule = contract.no_overlap -%}
    {%- set columns = [rule.within, rule.starts] if rule else [] -%}
    {%- if contract.leads_to %}{% do columns.append(contract.leads_to.column) %}{% endif -%}
    {%- if contract.periods %}{% do columns.append(contract.periods.ends) %}{% endif -%}
    {%- if contract.longest %}{% do columns.append(contract.longest) %}{% endif -%}
    {{ return(columns) }}
{%- endmacro %}

{#- The row as it came, and as it may be shown outside. -#}
{% macro row_texts(contract, rows) -%}
    {{ row_as_text(rows, contract.names, contract.instants, contract.decimals) }} as row_text,
        {{ public_row_text(rows, contract.names, contract.instants, contract.decimals, contract.hidden) }} as row_text_public
{%- endmacro %}
