{% macro add_days(date, days) -%}
    {{ return(adapter.dispatch('add_days')(date, days)) }}
{%- endmacro %}

{% macro default__add_days(date, days) -%}
    ({{ date }} + {{ days }})
{%- endmacro %}

{% macro spark__add_days(date, days) -%}
    date_add({{ date }}, {{ days }})
{%- endmacro %}

{% macro each_date(first, last) -%}
    {{ return(adapter.dispatch('each_date')(first, last)) }}
{%- endmacro %}

{% macro default__each_date(first, last) -%}
    {#- Most intervals end on the date they start: a list of one date is made much faster than a series. -#}
    unnest(
        case
            when {{ first }} = {{ last }} then [{{ first }}]
            else cast(
                generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval 1 day) as date[]
            )
        end
    )
{%- endmacro %}

{% macro spark__each_date(first, last) -%}
    explode(filter(sequence(least({{ first }}, {{ last }}), {{ last }}), d -> d >= {{ first }}))
{%- endmacro %}

{% macro each_number(first, last) -%}
    {{ return(adapter.dispatch('each_number')(first, last)) }}
{%- endmacro %}

{% macro default__each_number(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}

{% macro spark__each_number(first, last) -%}
    explode(sequence({{ first }}, {{ last }}))
{%- endmacro %}

{% macro half_hour_number(instant) -%}
    {{ return(adapter.dispatch('half_hour_number')(instant)) }}
{%- endmacro %}

{% macro default__half_hour_number(instant) -%}
    (epoch_us({{ instant }}) // 1800000000)
{%- endmacro %}

{% macro spark__half_hour_number(instant) -%}
    (unix_micros({{ instant }}) div 1800000000)
{%- endmacro %}

{% macro half_hour_start(number) -%}
    {{ return(adapter.dispatch('half_hour_start')(number)) }}
{%- endmacro %}

{% macro default__half_hour_start(number) -%}
    make_timestamp(({{ number }}) * 1800000000)
{%- endmacro %}

{% macro spark__half_hour_start(number) -%}
    timestamp_micros(({{ number }}) * 1800000000)
{%- endmacro %}

{% macro first_of_month(date) -%}
    cast(date_trunc('month', {{ date }}) as date)
{%- endmacro %}

{% macro last_of_month(date) -%}
    {{ add_days("cast(date_trunc('month', " ~ date ~ ") + interval 1 month as date)", -1) }}
{%- endmacro %}

{% macro iso_weekday(date) -%}
    {{ return(adapter.dispatch('iso_weekday')(date)) }}
{%- endmacro %}

{% macro default__iso_weekday(date) -%}
    cast(isodow({{ date }}) as integer)
{%- endmacro %}

{% macro spark__iso_weekday(date) -%}
    cast(weekday({{ date }}) + 1 as integer)
{%- endmacro %}
