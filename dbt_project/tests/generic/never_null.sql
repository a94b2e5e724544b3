{#- None of the columns is null in any row. One test for many columns: a test costs more than what it reads. -#}
{% test never_null(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where {{ columns | join(' is null or ') }} is null
{% endtest %}
