"""Money: what plans allow and cost, what wallets hold. Knows nothing of Telegram's messages."""
