"""Telegram in: what people type and press becomes work. Knows nothing of how answers are sent."""
