"""``hotdesk serve``: the panel's server, and the repairs that nobody has to ask for."""
