{#- What a row can be refused for by itself or for what it refers to, in the order in which it is looked for: a list of
    {number, column, broken: SQL that is true, code, params}. A line or a value that can't be read comes before all of them. -#}
{% macro row_rules(contract) -%}
    {%- set rules = [] -%}
    {%- for name, column in contract.columns.items() -%}
        {%- set sql = contract.sql[name] -%}
        {%- if column.required -%}
            {%- do rules.append({'column': name, 'broken': sql ~ ' is null', 'code': 'missing', 'params': {}}) -%}
        {%- endif -%}
        {%- if column.vocabulary -%}
            {%- do rules.append({
                'column': name, 'broken': sql ~ " not in ('" ~ column.vocabulary | join("', '") ~ "')",
                'code': 'not_in_vocabulary', 'params': {'word_list': column.vocabulary},
            }) -%}
        {%- endif -%}
        {%- if column.range -%}
            {%- do rules.append({
                'column': name, 'broken': sql ~ ' not between ' ~ column.range[0] ~ ' and ' ~ column.range[1],
                'code': 'out_of_range', 'params': {'low': column.range[0], 'high': column.range[1]},
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for rule in contract.rules -%}
        {%- do rules.append({
            'column': rule.column, 'broken': 'not (' ~ rule.check ~ ')', 'code': rule.reason, 'params': rule.params,
        }) -%}
    {%- endfor -%}
    {%- for name, column in contract.columns.items() if column.ref -%}
        {%- do rules.append({
            'column': name, 'broken': name ~ ' is not null and ' ~ name ~ '_found.target is null',
            'code': 'no_current_row', 'params': {'table': column.ref.table},
        }) -%}
    {%- endfor -%}
    {%- for rule in rules %}{% do rule.update({'number': loop.index}) %}{% endfor -%}
    {{ return(rules) }}
{%- endmacro %}

{#- A row's problem is the number of the rule that it breaks: what that rule has under `key` (column, code, params). -#}
{% macro of_broken_rule(rules, key, of_loader) -%}
    case refused.problem
            when 0 then refused.{{ of_loader }}
            {%- for rule in rules if rule[key] %}
            {%- set value = rule[key] if key != 'params' else tojson(rule.params) | replace("'", "''") %}
            when {{ rule.number }} then '{{ value }}'
            {%- endfor %}
        end
{%- endmacro %}
