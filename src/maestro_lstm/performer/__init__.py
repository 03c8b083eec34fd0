"""The networks of performances: one recurrent step a note, or one an event; and how they are fed."""
