"""The networks of both vocabularies, from their equations to compiled code; and networks as files."""
