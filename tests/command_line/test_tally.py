import threading

from camdash.command_line.tally import Tally


def test_no_row_begins_once_a_stop_is_asked_for() -> None:
    """The row in hand is finished; whoever stops has the lock before the next one."""
    tally, begun, go_on = Tally(), threading.Event(), threading.Event()

    def write_rows() -> None:
        while True:
            with tally.row():
                tally.done += 1
                begun.set()
                go_on.wait()

    threading.Thread(target=write_rows, daemon=True).start()
    begun.wait()
    tally.stopped.set()
    go_on.set()
    assert tally.lock.acquire(timeout=60)
    assert tally.done == 1
