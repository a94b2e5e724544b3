{{ config(materialized='table') }}

{{ base_rows('acd.contact_legs') }}
