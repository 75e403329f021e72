// Asked for by c10d's header, which needs nothing of it.
