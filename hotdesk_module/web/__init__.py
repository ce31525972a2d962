"""The panel: what an administrator sees at Admin → Hot Desking, as fragments of FreePBX's page and as JSON."""
