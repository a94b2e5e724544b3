{{ config(materialized='table', schema='quarantine') }}

{{ refused_rows('acd.contact_legs') }}
