"""Puts this folder on the path, so that the helpers the tests share can be imported by name."""
