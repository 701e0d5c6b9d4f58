"""The checkpoints that stay on a device: few, and the old one is freed before a new one is loaded."""

import logging
import threading
from collections import OrderedDict

from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.cards.card import Checkpoint
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import free_device_memory, load_any, load_split
from camdash.settings import checkpoints_at_once as checkpoints_at_once

log = logging.getLogger(__name__)

Place = tuple[Checkpoint, str]


class HeldCheckpoints:
    """The loaded checkpoints, the one that was used last at the end; safe to share between threads.

    Who runs one holds it for that pass alone, so that letting it go frees its memory at once.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._held: OrderedDict[Place, LoadedCheckpoint] = OrderedDict()
        self._split: dict[Place, SplitNetwork] = {}
        self._passed: dict[Place, str] = {}
        self._lock = threading.Lock()

    def get(self, checkpoint: Checkpoint, device: str) -> LoadedCheckpoint:
        """Return a checkpoint ready to run; load it, after the one that was not used for longest was let go.

        Raises:
            CheckpointError: it cannot be used.
        """
        place = checkpoint, device
        with self._lock:
            if place not in self._held:
                self._make_room()
                log.info("loading checkpoint %s on %s", checkpoint.name, device)
                found = self._held[place] = load_any(checkpoint, device)
                self._passed[place] = found.no_map
            self._held.move_to_end(place)
            return self._held[place]

    def get_split(self, checkpoint: Checkpoint, device: str) -> SplitNetwork:
        """Return a checkpoint's network for passes with slopes, which PyTorch alone runs; it is the first to give way.

        It counts as one of those that stay; the same checkpoint's own stays beside it.

        Raises:
            CheckpointError: it cannot be used.
        """
        place = checkpoint, device
        with self._lock:
            if place not in self._split:
                self._make_room(beside=place)
                log.info("loading the network of checkpoint %s on %s for passes with slopes", checkpoint.name, device)
                self._split[place] = load_split(checkpoint, device)
            return self._split[place]

    def no_map_reason(self, checkpoint: Checkpoint, device: str) -> str | None:
        """Return why a checkpoint that was once loaded and checked there has no exact map, empty where it has one.

        It need not be there any more. None for one that was not loaded yet.
        """
        return self._passed.get((checkpoint, device))

    def make_room(self) -> None:
        """Let so many go that one can be loaded outside, such as for a report."""
        with self._lock:
            self._make_room()

    def _make_room(self, beside: Place | None = None) -> None:
        self._split.clear()
        while len(self._held) >= self._at_once:
            oldest = next((place for place in self._held if place != beside), None)
            if oldest is None:
                break
            checkpoint, device = oldest
            del self._held[oldest]
            log.info("released checkpoint %s on %s", checkpoint.name, device)
        free_device_memory()
