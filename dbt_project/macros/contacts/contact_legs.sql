{#- What a leg counts as. -#}

{#- A customer who gave up sooner than the queue's short_abandon_seconds: counted nowhere as a leg. -#}
{% macro is_short_abandon(leg, queue) -%}
    (
        {{ leg }}.outcome = 'abandoned'
        and {{ microseconds_between(leg ~ '.offered_at', leg ~ '.ended_at') }} < {{ queue }}.short_abandon_seconds * 1000000
    )
{%- endmacro %}
