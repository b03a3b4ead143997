"""Telegram out: what waits in the outbox becomes messages. Decides nothing about jobs."""
