"""Plans, prices and the ledger. Knows nothing of chats and providers."""
