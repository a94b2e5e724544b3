{{ config(materialized='table', schema='quarantine') }}

{{ refused_rows('rules.scorecard_weights') }}
