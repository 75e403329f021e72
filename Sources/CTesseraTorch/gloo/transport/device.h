// Asked for by c10d's header, which needs the class's name alone; see gloo/context.h.
