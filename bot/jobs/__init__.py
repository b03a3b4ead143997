"""What may happen to a job. Knows nothing of Telegram's messages or a provider's HTTP."""
