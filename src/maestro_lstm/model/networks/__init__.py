"""The network, several times over: written from its equations, as torch modules, and compiled."""
