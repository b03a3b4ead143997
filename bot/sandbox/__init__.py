"""What `bot demo` and the tests run against: a Telegram, the providers and a page to chat in.

It knows nothing of the bot's own rooms: it speaks to the bot over HTTP only, as the world does.
"""
