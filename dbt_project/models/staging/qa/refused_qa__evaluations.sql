{{ config(materialized='table', schema='quarantine') }}

{{ refused_rows('qa.evaluations') }}
