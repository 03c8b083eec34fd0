"""What the arithmetic is done with. Machines that differ in it may differ in the last bits of a result."""

import hashlib
import os
from functools import cache
from importlib.metadata import version

LIBRARIES = ("llvmlite", "numba", "numpy", "scipy", "torch")
# environment variables by which BLAS, compiled code or torch choose other kernels
KERNEL_CHOICES = (
    "ATEN_CPU_CAPABILITY",
    "MKL_CBWR",
    "NUMBA_CPU_FEATURES",
    "NUMBA_CPU_NAME",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
)


@cache
def libraries() -> dict[str, str]:
    """Their versions."""
    return {name: version(name) for name in LIBRARIES}


@cache
def processor() -> str:
    """The kind of processor as the compiler names it, such as `znver4`. BLAS and compiled code choose by it."""
    from llvmlite import binding  # here: stages without arithmetic need not load LLVM

    return str(binding.get_host_cpu_name())


@cache
def _features() -> str:
    """A hash of the processor's instruction sets: two of one kind can differ, as virtual machines do."""
    from llvmlite import binding

    return hashlib.sha256(binding.get_host_cpu_features().flatten().encode()).hexdigest()[:16]


def arithmetic() -> dict[str, str]:
    """All that changes rounding from outside the code: processor, instruction sets, kernel choices."""
    chosen = {name: os.environ[name] for name in KERNEL_CHOICES if os.environ.get(name)}
    return {"processor": processor(), "instruction_sets": _features(), **chosen}


def gpu_name() -> str:
    """The GPU that torch would use; empty if there is none."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else ""
