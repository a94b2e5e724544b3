{% macro to_local(utc, time_zone) -%}
    {{ return(adapter.dispatch('to_local')(utc, time_zone)) }}
{%- endmacro %}

{% macro default__to_local(utc, time_zone) -%}
    timezone({{ time_zone }}, timezone('UTC', {{ utc }}))
{%- endmacro %}

{% macro spark__to_local(utc, time_zone) -%}
    from_utc_timestamp({{ utc }}, {{ time_zone }})
{%- endmacro %}

{% macro local_date(utc, time_zone) -%}
    cast({{ to_local(utc, time_zone) }} as date)
{%- endmacro %}

{#- The UTC offset of the day before decides both cases of a clock change, unless it does not lead back to the same local
    time: then the engine's own conversion decides. -#}
{% macro to_utc(local, time_zone) -%}
    {{ return(adapter.dispatch('to_utc')(local, time_zone)) }}
{%- endmacro %}

{% macro default__to_utc(local, time_zone) -%}
    {%- set engine -%} timezone('UTC', timezone({{ time_zone }}, {{ local }})) {%- endset -%}
    {%- set day_before -%} timezone('UTC', timezone({{ time_zone }}, {{ local }} - interval 1 day)) + interval 1 day {%- endset -%}
    case
        when {{ to_local(day_before, time_zone) }} = {{ local }} then {{ day_before }}
        else {{ engine }}
    end
{%- endmacro %}

{% macro spark__to_utc(local, time_zone) -%}
    {%- set day_before -%} to_utc_timestamp({{ local }} - interval 1 day, {{ time_zone }}) + interval 1 day {%- endset -%}
    case
        when from_utc_timestamp({{ day_before }}, {{ time_zone }}) = {{ local }} then {{ day_before }}
        else to_utc_timestamp({{ local }}, {{ time_zone }})
    end
{%- endmacro %}

{% macro microseconds_between(earlier, later) -%}
    ({{ microseconds_of(later) }} - {{ microseconds_of(earlier) }})
{%- endmacro %}


{% macro microseconds_of(instant) -%}
    {{ return(adapter.dispatch('microseconds_of')(instant)) }}
{%- endmacro %}

{% macro default__microseconds_of(instant) -%}
    epoch_us({{ instant }})
{%- endmacro %}

{% macro spark__microseconds_of(instant) -%}
    unix_micros({{ instant }})
{%- endmacro %}
