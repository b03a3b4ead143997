"""What `bot demo` and the tests run against instead of the internet; knows nothing of the bot."""
