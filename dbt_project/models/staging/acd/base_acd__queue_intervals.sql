{{ config(materialized='table') }}

{{ base_rows('acd.queue_intervals') }}
