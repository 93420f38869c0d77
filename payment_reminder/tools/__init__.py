"""Pure Python helpers: no ORM, no I/O of their own, specified by doctests."""
