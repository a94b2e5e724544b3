{{ current_rows('crm.surveys') }}
