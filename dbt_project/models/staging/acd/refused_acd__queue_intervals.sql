{{ config(materialized='table', schema='quarantine') }}

{{ refused_rows('acd.queue_intervals') }}
