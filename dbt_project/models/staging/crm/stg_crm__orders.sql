{{ current_rows('crm.orders') }}
