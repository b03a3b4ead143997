"""What `bot demo` and the tests run against; it knows nothing of the bot's own rooms."""
