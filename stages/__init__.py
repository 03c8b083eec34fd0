"""The pipeline's stages, one thin script each: `python -m stages.NAME`, as dvc.yaml calls them.

A stage reads params.yaml and its inputs, makes one call into the library, writes its outputs and prints a line.
"""
