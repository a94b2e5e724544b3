{#- One row a measure from one row with a column for each: the relation that names them and the column that picks one.
    The relation is read once, however many measures it has. -#}

{% macro measure_names(measures) -%}
    {%- for measure in measures %}
    select '{{ measure }}' as measure {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro picked_measure(picker, measures, suffix='') -%}
    case {{ picker }}.measure
        {%- for measure in measures %}
        when '{{ measure }}' then {{ measure }}{{ suffix }}
        {%- endfor %}
    end
{%- endmacro %}
