{{ config(materialized='table', schema='quarantine') }}

{{ refused_rows('hr.training_sessions') }}
