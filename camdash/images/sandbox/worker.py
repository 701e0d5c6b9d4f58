"""A process that decodes strangers' files, one after the other, and can be ended at any moment: see `pool`.

It reads files from its standard input and answers on its standard output, until the input ends; asked whether it is
ready, it says so. It has no log: what decoders print may quote a file. It may not write files nor take more than its
share of memory, and it leaves no core behind, which would hold pixels.
"""

import os
import resource
import signal

from camdash.errors import ImageError
from camdash.images.decoding import decode
from camdash.images.limits import LARGEST_FILE, LONGEST_DECODING, MOST_MEMORY
from camdash.images.radiograph import Radiograph
from camdash.images.sandbox.serialization import PING, READY, receive_bytes, send_answer, send_bytes


def main() -> None:
    """Decode until the input ends."""
    files, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # some decoders print, to whatever has these numbers
        os.dup2(nowhere, stream)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # whoever started this may have blocked some for itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends the input
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(limit, (most, most))
    while True:
        try:
            data = receive_bytes(files, LARGEST_FILE)
        except EOFError:
            return
        if data == PING:
            send_bytes(answers, READY)
            continue
        signal.alarm(2 * int(LONGEST_DECODING))  # ends this process if whoever should end it has died
        send_answer(answers, _answer(data))
        signal.alarm(0)


def _answer(data: bytes) -> Radiograph | ImageError:
    try:
        return decode(data)
    except ImageError as error:
        return error


if __name__ == "__main__":
    main()
