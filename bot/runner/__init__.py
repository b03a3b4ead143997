"""The loop that gets jobs done: admit, submit, read, fetch, give up. Knows nothing of chats."""
