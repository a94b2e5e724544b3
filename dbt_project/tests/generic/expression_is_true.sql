{#- The expression is true in every row. Name and arguments are dbt_utils', but a null result fails here and passes there. -#}
{% test expression_is_true(model, expression) %}
select *
from {{ model }}
where not coalesce({{ expression }}, false)
{% endtest %}
