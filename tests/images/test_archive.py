"""ZIP files: the images come out, what is no image is counted, what means harm is refused."""

import io
import struct
import zipfile
from collections.abc import Mapping

import numpy as np
import pytest

from camdash.errors import ImageError
from camdash.images.archive import is_archive, unpack
from camdash.images.decoding import decode
from camdash.images.limits import LARGEST_FILE, MOST_MEMBERS
from tests.images.dicom_files import dicom
from tests.images.seeds import archive
from tests.images.table.unread import box, nifti
from tests.pictures import image_bytes, speckle

PNG = image_bytes(speckle(12, 16))


def packed(members: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", how) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return content.getvalue()


def test_images_come_out_and_the_rest_is_counted() -> None:
    found = unpack(archive())
    assert [name for name, _ in found.members] == ["study/film.png", "study/film"]
    assert (found.skipped, found.refused) == ({"other": 1}, ())
    np.testing.assert_array_equal(decode(found.members[0][1]).values, speckle(12, 16))


def test_the_directory_of_a_disc_is_skipped() -> None:
    found = unpack(packed({"DICOMDIR": dicom(speckle(4, 4)), "IMAGES/1": dicom(speckle(4, 4)), "__MACOSX/._1": PNG}))
    assert [name for name, _ in found.members] == ["IMAGES/1"]
    assert found.skipped == {"DICOMDIR": 1, "other": 1}


def test_files_of_other_formats_are_counted_by_kind() -> None:
    others = {"a.heic": box(b"heic"), "b.nii": nifti(), "c.nii": nifti(), "d.pdf": b"%PDF-1.7", "e.txt": b"hello"}
    found = unpack(packed({"film.jp2": image_bytes(speckle(4, 4), "JPEG2000"), **others}))
    assert [name for name, _ in found.members] == ["film.jp2"]
    assert found.skipped == {"HEIC": 1, "NIfTI": 2, "PDF": 1, "other": 1}


@pytest.mark.parametrize("name", ["../film.png", "a/../../film.png", "/etc/film.png", "C:\\film.png", "..\\film.png"])
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    found = unpack(packed({name: PNG, "good.png": PNG}))
    assert [kept for kept, _ in found.members] == ["good.png"]
    assert found.refused == (("film.png", "Its path points outside the ZIP file."),)


@pytest.mark.parametrize("name", ["chest 12:30.png", "2024-01-01T10:00:00.png", "**b** :smile:.png", "a/b:c.png", "::"])
def test_a_colon_is_a_part_of_a_name(name: str) -> None:
    assert [kept for kept, _ in unpack(packed({name: PNG})).members] == [name]


def test_a_zip_file_inside_is_refused() -> None:
    found = unpack(packed({"inner.zip": archive(), "film.png": PNG}))
    assert found.refused == (("inner.zip", "It is a ZIP file inside a ZIP file. Unpack it first."),)
    assert len(found.members) == 1


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(packed({"film.png": PNG}, zipfile.ZIP_STORED))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert unpack(bytes(data)).refused == (("film.png", "It is encrypted. Pack it without a password."),)


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_packing_is_refused(how: int) -> None:
    assert "unusual way" in unpack(packed({"film.png": PNG}, how)).refused[0][1]


def test_a_damaged_member_is_refused_and_the_others_kept() -> None:
    data = bytearray(packed({"film.png": PNG, "good.png": PNG}, zipfile.ZIP_STORED))
    data[data.index(PNG) + 200] ^= 1
    found = unpack(bytes(data))
    assert found.refused == (("film.png", "It is damaged inside the ZIP file. Pack it again."),)
    assert [name for name, _ in found.members] == ["good.png"]


def test_a_member_over_the_limit_of_a_file_is_refused() -> None:
    found = unpack(packed({"film.png": PNG + bytes(LARGEST_FILE)}))
    assert found.refused == (("film.png", "The file is 64 MB; at most 64 MB are read."),)


def test_a_bomb_is_refused() -> None:
    film = PNG + bytes(30 * 2**20)
    with pytest.raises(ImageError, match="unpacks to far more than it should"):
        unpack(packed({f"{k}.png": film for k in range(3)}))


def with_wrong_sums(data: bytes) -> bytes:
    """Return a ZIP file whose checksums are wrong in its directory (APPNOTE 4.3.12)."""
    changed = bytearray(data)
    place = changed.find(b"PK\x01\x02")
    while place >= 0:
        changed[place + 16] ^= 1
        place = changed.find(b"PK\x01\x02", place + 46)
    return bytes(changed)


def repeated(data: bytes, count: int) -> bytes:
    """Return a ZIP file of one member whose directory names it several times."""
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    closing = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, (end - start) * count, start, 0)
    return data[:start] + data[start:end] * count + closing


def test_what_refused_members_unpack_to_counts_as_well() -> None:
    film = PNG + bytes(30 * 2**20)
    with pytest.raises(ImageError, match="unpacks to far more than it should"):
        unpack(with_wrong_sums(packed({f"{k}.png": film for k in range(3)})))


def test_a_member_that_says_it_is_too_large_is_not_unpacked() -> None:
    """Its content is cut, which nobody would see without unpacking it to the end."""
    whole = packed({"film.png": PNG + bytes(LARGEST_FILE + 2**20)})
    start, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    directory = bytearray(whole[start:end])
    directory[20:24] = struct.pack("<L", 2000)  # its compressed size
    closing = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, end - start, start, 0)
    found = unpack(whole[:start] + bytes(directory) + closing)
    assert found.refused == (("film.png", "The file is 65 MB; at most 64 MB are read."),)


def test_members_that_share_one_content_are_refused() -> None:
    found = unpack(repeated(packed({"film.png": PNG}), 3))
    assert [name for name, _ in found.members] == ["film.png"]
    assert found.refused == (("film.png", "It overlaps another file inside the ZIP file. Pack it again."),) * 2


def test_a_member_that_goes_on_over_others_is_refused() -> None:
    """Its content, a picture with a ZIP file behind it, is stored as it is; the directory names what is in there."""
    inner = packed({"a.png": PNG, "b.png": PNG}, zipfile.ZIP_STORED)
    outer = packed({"film.png": PNG + inner}, zipfile.ZIP_STORED)
    place, start, end = outer.index(inner), inner.index(b"PK\x01\x02"), inner.index(b"PK\x05\x06")
    within = bytearray(inner[start:end])
    for entry in (0, (end - start) // 2):
        (offset,) = struct.unpack_from("<L", within, entry + 42)
        struct.pack_into("<L", within, entry + 42, offset + place)
    first = outer.rindex(b"PK\x01\x02")
    entries = outer[first : outer.rindex(b"PK\x05\x06")] + bytes(within)
    closing = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, len(entries), first, 0)
    found = unpack(outer[:first] + entries + closing)
    assert found.members == (("a.png", PNG), ("b.png", PNG))
    assert found.refused == (("film.png", "It overlaps another file inside the ZIP file. Pack it again."),)


def test_a_directory_of_very_many_entries_is_not_read() -> None:
    one = packed({"a/": b""})
    with pytest.raises(ImageError, match=r"holds over 20,000 files; at most 2,000 are looked at\."):
        unpack(repeated(one, 20_001))


def test_too_many_members_are_refused() -> None:
    with pytest.raises(ImageError, match=r"holds 2,001 files; at most 2,000 are looked at"):
        unpack(packed({f"{k}.txt": b"" for k in range(MOST_MEMBERS + 1)}))


CUT = {"early": archive()[:60], "late": archive()[:-30], "member": b"PK\x03\x04", "directory": b"PK\x05\x06"}


@pytest.mark.parametrize("data", CUT.values(), ids=CUT)
def test_a_zip_file_cut_short_is_said_to_be_damaged(data: bytes) -> None:
    assert is_archive(data)
    with pytest.raises(ImageError, match=r"^The ZIP file is damaged or cut short\. Pack it again\.$"):
        unpack(data)


def test_a_zip_file_without_members_is_empty() -> None:
    assert unpack(packed({})) == unpack(packed({}))
    assert unpack(packed({})).members == ()


@pytest.mark.parametrize("content", [b"x", b"", PNG])
def test_a_member_without_a_name_is_taken_like_any_other(content: bytes) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as target:
        target.writestr(zipfile.ZipInfo(""), content)
        target.writestr("good.png", PNG)
    found = unpack(data.getvalue())
    assert [name for name, _ in found.members] == ["a member without a name"] * (content == PNG) + ["good.png"]
    assert (found.skipped, found.refused) == ({} if content == PNG else {"other": 1}, ())


@pytest.mark.parametrize("place", [2**63, 2**64 - 1])
def test_a_member_said_to_lie_beyond_any_file_is_refused(place: int) -> None:
    """The place stands in an extra field for large files (APPNOTE 4.5.3); no memory has such an address."""
    far = zipfile.ZipInfo("film.png")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as target:
        target.writestr(far, PNG)
        far.header_offset = place  # for the directory, which is written at the end
    found = unpack(data.getvalue())
    assert found.refused == (("film.png", "It is damaged inside the ZIP file. Pack it again."),)
