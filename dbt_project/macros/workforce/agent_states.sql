{#- The one place where the states and activities of the vocabulary get a meaning. -#}

{% macro is_productive(state) -%}
    {{ state }} in ('available', 'ringing', 'talking', 'holding', 'wrap_up')
{%- endmacro %}

{% macro is_occupied(state) -%}
    {{ state }} in ('talking', 'holding', 'wrap_up')
{%- endmacro %}

{% macro suits_activity(state, activity) -%}
    case {{ activity }}
        when 'on_queue' then {{ is_productive(state) }} or {{ state }} = 'system_issue'
        when 'break' then {{ state }} in ('break', 'system_issue')
        when 'lunch' then {{ state }} in ('lunch', 'system_issue')
        when 'training' then {{ state }} in ('training', 'system_issue')
        when 'coaching' then {{ state }} in ('coaching', 'meeting', 'system_issue')
        when 'meeting' then {{ state }} in ('coaching', 'meeting', 'system_issue')
        else false
    end
{%- endmacro %}
