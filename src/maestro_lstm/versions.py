"""What the arithmetic is done with: two machines that differ in it may differ in the last bits of a result."""

from functools import cache
from importlib.metadata import version

from llvmlite import binding

LIBRARIES = ("llvmlite", "numba", "numpy", "scipy", "torch")


@cache
def libraries() -> dict[str, str]:
    """Their versions."""
    return {name: version(name) for name in LIBRARIES}


@cache
def processor() -> str:
    """The kind of processor, as the compiler names it, such as `znver4`. BLAS and compiled code choose by it."""
    return str(binding.get_host_cpu_name())
