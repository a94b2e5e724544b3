"""The gate's campaign: months spoilt in ways that really happen, and ordinary months, held against the gate."""
