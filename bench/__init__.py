"""What Easel claims to be better at, measured side by side on this machine: `make bench`.

A part is a module with a title and a `measure` that answers what to print; `__main__` runs them.
"""
