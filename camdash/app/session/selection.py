"""Which image is looked at: a sample, or one of the uploads."""

from collections.abc import Collection, Mapping, Sequence

from camdash.app.films.files import Film
from camdash.app.films.samples import FIRST, sample
from camdash.app.memory.refusals import acknowledge_refusals
from camdash.app.session import link
from camdash.app.session.address import of_image
from camdash.app.session.inversion import film_of
from camdash.app.session.state import session
from camdash.app.session.uploads import opened


def choose_sample(name: str) -> None:
    """Look at a sample; no upload is chosen then."""
    _look_at(name, None)


def choose_file(index: int) -> None:
    """Look at an upload, by its place among the uploads."""
    _look_at(None, index)


def open_sample(name: str) -> None:
    """Look at a sample because the user pressed it, on whatever page that was."""
    choose_sample(name)
    session().is_image_opened = True


def open_file(index: int) -> None:
    """Look at an upload because the user pressed it, on whatever page that was."""
    choose_file(index)
    session().is_image_opened = True


def was_opened() -> bool:
    """Return, once, whether the user pressed an image: then the page of radiographs is shown."""
    here = session()
    opened, here.is_image_opened = here.is_image_opened, False
    return opened


def uploads_changed() -> None:
    """Look at the first file that was not there before; back to the sample when none is left.

    Whether a file can be shown is not known yet, so the others follow as those to try (`to_try`).
    """
    present, here = opened().keys, session()
    known, here.known_uploads = here.known_uploads, present
    if set(known) - set(present):
        acknowledge_refusals()
    new = [index for index, file_id in enumerate(present) if file_id not in known]
    place = here.file
    looked_at = known[place] if place is not None and place < len(known) else ""
    if new:
        _try([*new, *([present.index(looked_at)] if looked_at in present else [])], len(present), new)
    elif not present:
        choose_sample(FIRST)
    elif looked_at in present:
        here.file = present.index(looked_at)
    elif place is not None:
        _try(range(min(place, len(present) - 1), len(present)), len(present))


def keep_chosen(present: tuple[str, ...]) -> None:
    """Look at the same upload when others took places before it, as the files of a ZIP do that find room later.

    Args:
        present: the keys of the opened files.
    """
    here = session()
    known, place = here.known_uploads, here.file
    if place is not None and place < len(known) and known[place] in present:
        here.file = present.index(known[place])
    here.known_uploads = present


def to_try() -> tuple[int, ...]:
    """Return the places of the uploads of which the first that can be shown is looked at; none once that is settled."""
    return session().to_try[0]


def settle(place: int, failed: Mapping[int, tuple[str, str]]) -> None:
    """Look at this upload, and keep what is to be said of those that `failed` before it: a name and a sentence each.

    Only of those that were just dropped: of the others it was said before.
    """
    _, new = session().to_try
    choose_file(place)
    session().failed_uploads = tuple(said for index, said in failed.items() if index in new)


def failed() -> tuple[tuple[str, str], ...]:
    """Return the names of the uploads that gave way to the one that is looked at, each with the reason."""
    return session().failed_uploads


def _try(first: Sequence[int], count: int, new: Collection[int] = ()) -> None:
    """Look at an upload that nobody chose: at the `first` ones that can be shown, else at another."""
    choose_file(first[0])
    session().to_try = (tuple(dict.fromkeys([*first, *range(count)])), frozenset(new))


def _look_at(sample: str | None, file: int | None) -> None:
    here = session()
    here.sample, here.file = sample, file
    here.to_try, here.failed_uploads, here.missing_image = ((), frozenset()), (), ""


def follow_link() -> None:
    """Look at what the page's address asks for: an upload that is here, else a sample."""
    asked = link.asked()
    files = opened().files if asked.image else ()
    found = [place for place, file in enumerate(files) if file.sha256.startswith(asked.image)]
    if found:
        choose_file(found[0])
    else:
        choose_sample(asked.sample or FIRST)
        session().missing_image = asked.image


def for_address(sha256: str) -> dict[str, str | None]:
    """Return what the address says of the image that is looked at; while one is missing, the link that asks for it.

    Args:
        sha256: that of the image.
    """
    missing = session().missing_image
    return of_image(None, missing) if missing else of_image(chosen_sample(), sha256)


def chosen_sample() -> str | None:
    """Return the name of the sample that is looked at, or None when it is an upload."""
    if session().sample is None and session().file is None:
        follow_link()
    return session().sample


def chosen(films: Sequence[Film]) -> Film:
    """Return the image that is looked at."""
    name = chosen_sample()
    if name is not None or not films:
        return film_of(sample(name or FIRST))
    return films[min(session().file or 0, len(films) - 1)]


def set_order(places: Sequence[int]) -> None:
    """Remember in which order the worklist shows the uploads, by their places; none for that of the uploader."""
    session().listed_order = (session().known_uploads, tuple(places))


def order() -> list[int]:
    """Return the places of the opened files in the worklist's order, in the uploader's where it has none for them.

    So it is once a file was added or taken away, or when the worklist does not list the one that is looked at.
    """
    here = session()
    of, places = here.listed_order
    if of == here.known_uploads and here.file in places:
        return list(places)
    return list(range(len(here.known_uploads)))
