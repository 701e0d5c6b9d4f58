"""What a pickle would have torch's unpickler do, looked through before it is done.

That unpickler runs no code of the file's, but it builds what the file says, and Python's own means can be turned
against it: hashing a deeply nested tuple ends the process, hashing one that names itself twice, sixty nestings deep,
takes for ever, and a text that is encoded again and again doubles each time. No network's weights need any of it.
"""

import io
import pickletools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

MOST_STEPS = 1_000_000
"""Instructions of a pickle; the weights of the largest network that is known here take 100,000."""

DEEPEST = 50
"""Tuples, one in another."""

HEAVIEST_KEY = 100
"""Values in what is hashed, those in its tuples counted each time they are named."""

HASHING = ("set", "frozenset", "OrderedDict", "Counter", "defaultdict")
"""Types that hash what they are made from."""

LATIN_1 = ("latin1", "latin-1")
"""The encoding by which Python writes bytes in old pickles; it makes nothing longer than twice its size."""

LONGEST_TEXT = 200
"""Characters that are remembered of a text."""


@dataclass(eq=False)
class _Value:
    """What an instruction leaves on the stack.

    Attributes:
        weight: values that are hashed with it.
        depth: tuples, one in another.
        heaviest: the largest weight of what it holds.
        text: of a short text, or the name of what is called.
        parts: of a short tuple.
    """

    weight: int = 1
    depth: int = 0
    heaviest: int = 0
    text: str = ""
    parts: Sequence["_Value"] = field(default=())

    def take(self, values: Sequence["_Value"]) -> None:
        """Hold these values too."""
        for value in values:
            self.heaviest = max(self.heaviest, value.weight, value.heaviest)


def check_steps(pickles: bytes, count: int | None = None) -> None:
    """Refuse pickles, one after another, that would cost more than they weigh.

    Args:
        pickles: their bytes.
        count: how many there are, where something else follows; None for all that there is.

    Raises:
        ValueError: they would, or they are no pickles; the message is not for users.
    """
    stream = io.BytesIO(pickles)
    left = MOST_STEPS
    done = 0
    while done < count if count is not None else stream.tell() < len(pickles):
        left, done = _Machine(left).run(stream), done + 1


class _Machine:
    """The unpickler's stack, with weights in place of values."""

    def __init__(self, left: int) -> None:
        self._left = left
        self._stack: list[_Value] = []
        self._marked: list[list[_Value]] = []
        self._memo: dict[object, _Value] = {}
        self._steps: dict[str, Callable[[], None]] = {
            "MARK": self._mark,
            "TUPLE": lambda: self._push(_tuple(self._to_mark())),
            "TUPLE1": lambda: self._push(_tuple(self._pop(1))),
            "TUPLE2": lambda: self._push(_tuple(self._pop(2))),
            "TUPLE3": lambda: self._push(_tuple(self._pop(3))),
            "APPEND": lambda: self._fill(self._pop(1)),
            "APPENDS": lambda: self._fill(self._to_mark()),
            "SETITEM": lambda: self._set(self._pop(2)),
            "SETITEMS": lambda: self._set(self._to_mark()),
            "REDUCE": self._call,
            "NEWOBJ": self._call,
            "BUILD": lambda: self._fill(self._pop(1)),
            "BINPERSID": lambda: self._push(_Value(), self._pop(1)),
        }

    def run(self, stream: io.BytesIO) -> int:
        """Look through one pickle; return how many instructions may still come."""
        for step, argument, _ in pickletools.genops(stream):
            self._left -= 1
            if self._left < 0:
                raise ValueError("too many instructions")
            name = step.name
            if (work := self._steps.get(name)) is not None:
                work()
            elif name in ("BINGET", "LONG_BINGET"):
                self._push(self._memo[argument])
            elif name in ("BINPUT", "LONG_BINPUT"):
                self._memo[argument] = self._stack[-1]
            elif step.stack_after:
                text = argument if isinstance(argument, str) and len(argument) < LONGEST_TEXT else ""
                self._push(_Value(text=text))
        return self._left

    def _push(self, value: _Value, _: object = None) -> None:
        self._stack.append(value)

    def _pop(self, count: int) -> list[_Value]:
        if len(self._stack) < count:
            raise ValueError("nothing is left on the stack")
        taken = self._stack[-count:]
        del self._stack[-count:]
        return taken

    def _mark(self) -> None:
        self._marked.append(self._stack)
        self._stack = []

    def _to_mark(self) -> list[_Value]:
        taken = self._stack
        self._stack = self._marked.pop()
        return taken

    def _fill(self, values: Sequence[_Value]) -> None:
        self._stack[-1].take(values)

    def _set(self, pairs: Sequence[_Value]) -> None:
        if any(key.weight > HEAVIEST_KEY for key in pairs[::2]):
            raise ValueError("a key is a large tuple")
        self._fill(pairs)

    def _call(self) -> None:
        function, given = self._pop(2)
        name = function.text.rpartition(" ")[2]
        if name in HASHING and given.heaviest > HEAVIEST_KEY:
            raise ValueError("large tuples are hashed")
        if name == "encode" and (len(given.parts) != 2 or given.parts[1].text not in LATIN_1):
            raise ValueError("a text is encoded")
        made = _Value(weight=given.weight if name == "Size" else 1)
        made.take([given])
        self._push(made)


def _tuple(values: Sequence[_Value]) -> _Value:
    depth = 1 + max((value.depth for value in values), default=0)
    if depth > DEEPEST:
        raise ValueError("tuples are nested too deeply")
    made = _Value(1 + sum(value.weight for value in values), depth, parts=values if len(values) <= 2 else ())
    made.take(values)
    return made
