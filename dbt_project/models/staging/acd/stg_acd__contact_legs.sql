{{ current_rows('acd.contact_legs') }}
