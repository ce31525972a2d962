"""Hot Desking for FreePBX."""

__version__ = "0.1.0"
