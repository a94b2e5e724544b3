{#- One row per measure from one row with a column for each: the relation that names the measures and the expression that
    picks one. The relation is read once, however many measures it has. -#}

{% macro measure_names(measures) -%}
    {%- for measure in measures %}
    select '{{ measure.name }}' as measure {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- `attribute`: the measure's attribute that is picked, its expression or the name of a column. -#}
{% macro picked_measure(picker, measures, attribute='name', suffix='') -%}
    case {{ picker }}.measure
        {%- for measure in measures %}
        when '{{ measure.name }}' then {{ measure[attribute] }}{{ suffix }}
        {%- endfor %}
    end
{%- endmacro %}
