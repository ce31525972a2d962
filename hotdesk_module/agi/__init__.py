"""The voice dialogue: what a caller hears after ``*11`` and ``*12``."""
