"""What is set for a whole process, in Python and in the libraries that camdash uses, to be compared."""

import atexit
import copyreg
import faulthandler
import gc
import hashlib
import locale
import logging
import multiprocessing
import os
import random
import resource
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType

import cv2
import numpy as np
import pydicom
import torch
from PIL import Image, ImageFile


def settings() -> dict[str, str]:
    """Return what is set, by name."""
    return {name: repr(value) for name, value in {**_of_python(), **_of_libraries(), **_of_loggers()}.items()}


def foreign_objects() -> dict[str, str]:
    """Return the functions, classes and modules of all libraries: who exchanges one sets it for the whole process."""
    return dict(_foreign_objects())


def _of_python() -> Mapping[str, object]:
    limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    return {
        "environment": sorted(os.environ.items()),
        "working folder": Path.cwd(),
        "limits": [(name, resource.getrlimit(getattr(resource, name))) for name in limits],
        "signals": [(number, signal.getsignal(number)) for number in signal.valid_signals()],
        "blocked signals": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "alarm": signal.getitimer(signal.ITIMER_REAL),
        "at exit": atexit._ncallbacks(),
        "threads": threading.enumerate(),
        "hooks": (sys.excepthook, sys.unraisablehook, sys.displayhook, threading.excepthook),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "import system": (sys.path, sys.meta_path, sys.path_hooks),
        "modules that stand in": [name for name, module in sys.modules.items() if _is_own(type(module).__module__)],
        "recursion limit": sys.getrecursionlimit(),
        "garbage collector": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()),
        "warnings": warnings.filters,
        "log switched off": logging.root.manager.disable,
        "locale": locale.setlocale(locale.LC_ALL),
        "time-out of sockets": socket.getdefaulttimeout(),
        "start of processes": multiprocessing.get_start_method(allow_none=True),
        "pickling": copyreg.dispatch_table,
        "fault handler": faulthandler.is_enabled(),
        "random numbers": _digest(random.getstate()),
    }


def _of_libraries() -> Mapping[str, object]:
    cudnn, cuda = torch.backends.cudnn, torch.backends.cuda
    return {
        "NumPy": (np.geterr(), sorted(np.get_printoptions().items()), _digest(np.random.get_state())),
        "torch's threads": (torch.get_num_threads(), torch.get_num_interop_threads()),
        "torch's numbers": (torch.get_default_dtype(), torch.get_default_device(), torch.is_grad_enabled()),
        "torch's exactness": (cudnn.allow_tf32, cuda.matmul.allow_tf32, torch.get_float32_matmul_precision()),
        "torch's choice of algorithms": (cudnn.benchmark, torch.are_deterministic_algorithms_enabled()),
        "torch's random numbers": _digest(torch.get_rng_state()),
        "what torch may unpickle": sorted(map(repr, torch.serialization.get_safe_globals())),
        "pydicom": sorted(vars(pydicom.config.settings).items()),
        "pydicom's log": pydicom.config.debugging,
        "Pillow": (Image.MAX_IMAGE_PIXELS, Image.WARN_POSSIBLE_FORMATS, ImageFile.LOAD_TRUNCATED_IMAGES, Image.ID),
        "OpenCV": (cv2.getNumThreads(), cv2.useOptimized(), cv2.ocl.useOpenCL()),
    }


def _of_loggers() -> Mapping[str, object]:
    known = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    return {
        f"log of {one.name}": (one.level, one.handlers, one.filters, one.disabled, one.propagate)
        for one in (logging.root, *known)
    }


def _foreign_objects() -> Iterator[tuple[str, str]]:
    for name, module in sorted(sys.modules.items()):
        if _is_own(name) or type(module) is not ModuleType:
            continue
        for key, value in list(vars(module).items()):
            if type(value) in (FunctionType, BuiltinFunctionType, ModuleType, type) and "__" not in key:
                yield f"{name}.{key}", str(id(value))


def _is_own(module: str) -> bool:
    return module.partition(".")[0] in ("camdash", "tests", "__main__")


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()
