{{ config(materialized='table', schema='quarantine') }}

{{ refused_rows('acd.agent_states') }}
