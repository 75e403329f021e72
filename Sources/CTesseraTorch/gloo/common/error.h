// Asked for by c10d's header, which names no error of Gloo's: they arrive here as exceptions of the standard library.
