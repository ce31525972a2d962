"""Hot desking for FreePBX: any shared phone becomes yours while you sit at it."""

__version__ = "0.1.0"
