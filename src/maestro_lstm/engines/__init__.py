"""The network, several times over: written from its equations, as torch modules, compiled, and many at once."""
