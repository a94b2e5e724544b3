{#- None of the columns is null in any row. dbt's own not_null takes one column; starting a test costs more than reading. -#}
{% test not_null_columns(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where {{ columns | join(' is null or ') }} is null
{% endtest %}
