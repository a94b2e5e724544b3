{%- set columns = {
    'kpi_id': 'varchar',
    'name_en': 'varchar',
    'name_zh': 'varchar',
    'unit': 'varchar',
    'better': 'varchar',
    'definition': 'varchar',
    'numerator': 'varchar',
    'denominator': 'varchar',
    'definition_zh': 'varchar',
    'numerator_zh': 'varchar',
    'denominator_zh': 'varchar',
    'owner_role': 'varchar',
    'scopes': 'varchar',
    'matures_after_days': 'integer',
    'needs': 'varchar',
    'numerator_measure': 'varchar',
    'denominator_measure': 'varchar',
    'known_of_measure': 'varchar',
    'numerator_factor': 'integer',
    'numerator_divisor': 'bigint',
    'denominator_divisor': 'bigint',
    'is_never_negative': 'boolean',
    'is_denominator_one': 'boolean',
    'is_satisfaction': 'boolean',
    'is_cohort': 'boolean',
    'event_size': 'integer',
    'scale_width': 'integer',
    'lower_bound': 'integer',
    'upper_bound': 'integer',
    'headline_rank': 'integer',
    'is_charted_by_team': 'boolean',
    'source_tables': 'varchar',
    'agent_day_columns': 'varchar',
} -%}
select
    {%- for column, type in columns.items() %}
    cast(definitions.{{ column }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from (
    values
    {%- for kpi in kpis() %}
    (
        {%- for column in columns %}
        {%- set value = kpi[column] %}
        {%- if value is string %}'{{ value | replace("'", "''") }}'
        {%- else %}{{ 'null' if value is none else value | lower }}
        {%- endif %}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ){{ ',' if not loop.last }}
    {%- endfor %}
) as definitions ({{ columns | join(', ') }})
