"""The networks of the 90 symbols, from their equations to compiled code; and networks as files."""
