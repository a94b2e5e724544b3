{{ current_rows('acd.agent_states') }}
