{#- A condition that holds in every row; one that cannot be decided, for a null, counts as broken. -#}
{% test holds(model, condition) %}
select *
from {{ model }}
where not coalesce({{ condition }}, false)
{% endtest %}
