"""Everything that must survive, in rows. Knows nothing of Telegram, providers or words."""
