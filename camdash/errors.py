"""What can go wrong that a user can do something about. Anything else is a bug.

    CamdashError
    +-- ImageError        a file that cannot be read as a radiograph
    |   +-- DecoderError     one whose decoder process failed: no answer about the file, so it may be tried again
    +-- CheckpointError   a checkpoint that cannot be used
    |   +-- PickledCodeError   one that cannot be read without running code that stands in it
    +-- UsageError        a command or a setting that makes no sense
    +-- BusyError         too many people ask for the same device at once
    +-- WriteError        a result that cannot be written

Each message is a sentence for the user: what happened, to which file where that is known, what to do.
"""

import errno

OUT_OF_MEMORY = (
    *("allocate memory", "not enough memory", "out of memory", "unable to allocate", "bad_alloc", "bad allocation"),
    *("memoryerror", "failed to map segment", "can't start new thread", "failed to serialize proto"),
    *("could not create a primitive", "could not create a memory"),
)
"""What libraries write, in lower case, when they get no memory: PyTorch, NumPy, the loader, Python, ONNX, oneDNN."""


class CamdashError(Exception):
    """The root of all errors that are shown to the user as a sentence."""


class ImageError(CamdashError):
    """A file cannot be read as a radiograph."""


class DecoderError(ImageError):
    """A decoder process crashed, took too long or could not be started.

    That may be no fault of the file (the machine was short of memory, or busy), so nobody keeps it as the file's
    answer: whoever asks again gets another try.
    """


class CheckpointError(CamdashError):
    """A checkpoint cannot be found, read or trusted."""


class PickledCodeError(CheckpointError):
    """A file cannot be read without running code that stands in it.

    Attributes:
        recipe: the lines of Python by which someone who trusts the file saves its weights alone.
    """

    def __init__(self, message: str, recipe: str) -> None:
        super().__init__(message)
        self.recipe = recipe


class UsageError(CamdashError):
    """A command or a setting makes no sense."""


class BusyError(CamdashError):
    """Too many people ask for the same device at once."""


class WriteError(CamdashError):
    """A result cannot be written: there is no room, the folder has gone, or nobody reads any more."""


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error, or what caused it, comes from too little memory."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, MemoryError) or (isinstance(chain, OSError) and chain.errno == errno.ENOMEM):
            return True
        if any(words in str(chain).lower() for words in OUT_OF_MEMORY):
            return True
        chain = chain.__cause__ or chain.__context__
    return False
