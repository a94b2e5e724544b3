{% macro is_short_abandon(leg, queue) -%}
    (
        {{ leg }}.outcome = 'abandoned'
        and {{ microseconds_between(leg ~ '.offered_at', leg ~ '.ended_at') }} < {{ queue }}.short_abandon_seconds * 1000000
    )
{%- endmacro %}
