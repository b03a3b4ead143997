"""The outside services that generate: one port, an adapter each. Knows no chat, job or money."""
