{{ config(materialized='table') }}

{{ base_rows('acd.agent_states') }}
