{{ current_rows('crm.complaints') }}
