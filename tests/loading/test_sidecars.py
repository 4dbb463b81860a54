"""Side-cars: files beside the instance that are not trusted."""

import hashlib
import io
import os
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from planner.loading import load_instance, replace, validate
from planner.loading import npz as npz_module
from planner.models.base import instance as base_instance
from planner.models.base.errors import Finding
from planner.models.base.record import Record
from planner.models.base.sidecar import Sidecar

Refused = Callable[..., list[Finding]]
Write = Callable[..., Path]


def table(file: str) -> str:
    """Return the body of an instance that names a side-car."""
    return f"table:\n  file: '{file}'\n"


@pytest.fixture
def arrays(write: Write) -> Callable[[bytes, str], Any]:
    """Return a function that stores a side-car and returns the arrays the loader reads."""

    def read(raw: bytes, name: str = "a.npz") -> Any:
        write(raw, name)
        instance: Any = load_instance(write(table(name)))
        assert instance.sidecar_digests() == {name: hashlib.sha256(raw).hexdigest()}
        return instance.table.content.arrays

    return read


@pytest.fixture
def refusal(write: Write, refused: Refused) -> Callable[..., str]:
    """Return a function that stores a side-car and returns the code of the one finding."""

    def read(raw: bytes, name: str = "a.npz") -> str:
        write(raw, name)
        (found,) = refused(write(table(name)))
        assert (found.path, found.line) == ("table", 4)
        return found.code

    return read


def saved(**arrays: Any) -> bytes:
    """Return an archive of arrays."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file of raw members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        for name, raw in members:
            file.writestr(name, raw)
    return stream.getvalue()


def header(text: str, version: bytes = b"\x01\x00") -> bytes:
    """Return the beginning of an `.npy` member."""
    raw = text.encode() + b"\n"
    length = struct.pack("<H" if version == b"\x01\x00" else "<I", len(raw))
    return b"\x93NUMPY" + version + length + raw


def test_npz_arrays(arrays: Callable[..., Any]) -> None:
    """Numbers, truth values and fixed-width text come back exact, native and read-only."""
    given = {
        "b": np.array([True, False]),
        "i": np.arange(6, dtype=">i4").reshape(2, 3),
        "u": np.array([2**64 - 1], dtype=np.uint64),
        "f": np.asfortranarray(np.random.default_rng(1).random((3, 4))),
        "h": np.array([0.5], dtype=np.float16),
        "t": np.array(["leaf0", "é"]),
        "empty": np.zeros((0, 3)),
        "scalar": np.array(7.0),
    }
    found = arrays(saved(**given))
    assert set(found) == set(given)
    for name, array in given.items():
        assert np.array_equal(found[name], array)
        assert found[name].dtype.isnative
        assert not found[name].flags.writeable


def test_csv_columns(arrays: Callable[..., Any]) -> None:
    """A table gives one array per column: whole numbers, numbers or text."""
    raw = '\ufefffrom,to , size,share\r\nleaf0,1,3,0.5\r\n\r\n"a,b",2,4,1e3\r\n'.encode()
    found = arrays(raw, "a.csv")
    assert found["from"].tolist() == ["leaf0", "a,b"]
    assert found["to"].dtype == np.int64
    assert found["size"].tolist() == [3, 4]
    assert found["share"].tolist() == [0.5, 1000.0]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "line 1"),
        (b"\n\n", "no header"),
        (b"a,b\n1,2\n3\n", "line 3"),
        (b"a,b\n1,2\n3,4,5\n", "line 3"),
        (b"a,a\n1,2\n", "share a name"),
        (b"a,\n1,2\n", "share a name"),
        (b"1,2\n3,4\n", "numbers instead of names"),
        (b'a,b\n1,"2\n', "line"),
        (b"a,b\n1,\xff\n", "line 2"),
        (b"a\n" + b"x" * 2_000_000 + b"\n", "line 2"),
        (b"a\n" + b"x" * 2_000 + b"\n", "line 2"),
        (b"a\n\0\n", "line 2"),
    ],
)
def test_bad_tables(raw: bytes, said: str, write: Write, refused: Refused) -> None:
    """A table that is ragged, unnamed, unquoted or no text is refused with its line."""
    write(raw, "a.csv")
    (found,) = refused(write(table("a.csv")))
    assert found.code == "sidecar-table"
    assert said in found.message


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-Infinity", ".nan", "1e999"])
def test_table_with_nan(cell: str, write: Write, refused: Refused) -> None:
    """A column of numbers with NaN or an infinity is refused with its line."""
    write(f"a\n1\n{cell}\n2\n".encode(), "a.csv")
    (found,) = refused(write(table("a.csv")))
    assert found.code == "sidecar-not-finite"
    assert "line 3" in found.message


@pytest.mark.parametrize(
    ("array", "code"),
    [
        (np.array([1.0, np.nan]), "sidecar-not-finite"),
        (np.array([np.inf]), "sidecar-not-finite"),
        (np.array([1j]), "sidecar-dtype"),
        (np.array([1], dtype="M8[s]"), "sidecar-dtype"),
        (np.array([b"a"]), "sidecar-dtype"),
        (np.array([1], dtype=np.longdouble), "sidecar-dtype"),
        (np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]), "sidecar-dtype"),
        (np.zeros((1, 1, 1, 1, 1)), "sidecar-dtype"),
        (np.array(["x" * 2000]), "sidecar-dtype"),
    ],
)
def test_types_outside_the_list(array: Any, code: str, refusal: Callable[..., str]) -> None:
    """Only the listed types of numbers and text are read, and only finite ones."""
    assert refusal(saved(a=array)) == code


def test_pickled_objects_are_refused(refusal: Callable[..., str], tmp_path: Path) -> None:
    """An object array is refused from its header; what is pickled in it never runs."""

    class Attack:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "ran"),)

    assert refusal(saved(a=np.array([Attack()], dtype=object))) == "sidecar-pickle"
    assert not (tmp_path / "ran").exists()


DOUBLES = "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }"


def test_bomb_is_refused_unopened(
    refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive that declares too many bytes is refused before anything is unpacked."""
    one, two = saved(a=np.zeros(2000)), saved(a=np.zeros(700), b=np.zeros(700))
    monkeypatch.setattr(npz_module, "ARRAY_BYTES", 10_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    assert refusal(one) == "sidecar-too-large"
    assert refusal(two) == "sidecar-too-large"


def test_bomb_that_lies_about_its_size(refusal: Callable[..., str]) -> None:
    """A member whose stated size is too small is never unpacked beyond it."""
    raw = bytearray(archive(("a.npy", header(DOUBLES % "(1000000,)") + bytes(8_000_000))))
    size = struct.pack("<I", len(header(DOUBLES % "(1000000,)")) + 8_000_000)
    lie = struct.pack("<I", 100)
    assert raw.count(size) == 2
    assert refusal(bytes(raw.replace(size, lie))) == "sidecar-corrupt"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ([("a.npy", header(DOUBLES % "(3,)") + bytes(16))], "sidecar-corrupt"),
        ([("a.npy", header(DOUBLES % "(1,)") + bytes(16))], "sidecar-corrupt"),
        ([("a.npy", header(DOUBLES % "(-1,)") + bytes(16))], "sidecar-dtype"),
        ([("a.npy", header(DOUBLES % "(10**9,)") + bytes(16))], "sidecar-corrupt"),
        ([("a.npy", header(DOUBLES % "(4294967296, 0)"))], "sidecar-dtype"),
        ([("a.npy", header("-" * 9000 + "1"))], "sidecar-corrupt"),
        ([("a.npy", header("(" * 5000))], "sidecar-corrupt"),
        ([("a.npy", header("{'descr': 7}"))], "sidecar-corrupt"),
        ([("a.npy", header(DOUBLES % "(1,)", b"\x03\x00") + bytes(8))], "sidecar-dtype"),
        ([("a.npy", b"")], "sidecar-corrupt"),
        ([("a.npy", b"hello")], "sidecar-corrupt"),
        ([("a.txt", b"hello")], "sidecar-corrupt"),
        ([(f"{i}.npy", b"") for i in range(150)], "sidecar-too-large"),
        ([(f"{i}.npy", b"") for i in range(500)], "sidecar-too-large"),
    ],
)
def test_strange_archives(
    members: list[tuple[str, bytes]], code: str, refusal: Callable[..., str]
) -> None:
    """Wrong lengths, odd headers, and members that are no arrays are refused."""
    assert refusal(archive(*members)) == code


@pytest.mark.parametrize(
    ("descr", "raw"),
    [("|b1", b"\x02"), ("<U1", b"\xff\xff\xff\x7f"), ("<U1", b"\x00\xd8\x00\x00")],
)
def test_values_no_type_has(descr: str, raw: bytes, refusal: Callable[..., str]) -> None:
    """Truth values other than 0 and 1, and text that is not Unicode, are refused."""
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': (1,), }}"
    assert refusal(archive(("a.npy", header(text) + raw))) == "sidecar-dtype"


def test_damaged_archives(refusal: Callable[..., str]) -> None:
    """Any truncation, and any changed byte that matters, is refused as damage."""
    raw = saved(a=np.random.default_rng(1).random(50))
    for length in (0, 1, 10, 30, len(raw) // 2, len(raw) - 1):
        assert refusal(raw[:length]) == "sidecar-corrupt"
    changed = bytearray(raw)
    changed[len(raw) // 2] ^= 0xFF
    assert refusal(bytes(changed)) == "sidecar-corrupt"
    assert refusal(os.urandom(1000)) == "sidecar-corrupt"


def test_other_compression_is_refused(refusal: Callable[..., str]) -> None:
    """Only stored and deflated members are read."""
    raw = archive(("a.npy", header(DOUBLES % "(1,)") + bytes(8)), method=zipfile.ZIP_LZMA)
    assert refusal(raw) == "sidecar-corrupt"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../a.npz", "sidecar-outside"),
        ("x/../../a.npz", "sidecar-outside"),
        ("/etc/a.npz", "sidecar-outside"),
        ("C:\\a.npz", "sidecar-outside"),
        ("..\\a.npz", "sidecar-outside"),
        ("link.npz", "sidecar-outside"),
        ("linked/a.npz", "sidecar-outside"),
        ("loop.npz", "sidecar-unreadable"),
        ("folder.npz", "sidecar-unreadable"),
        ("pipe.npz", "sidecar-unreadable"),
        ("missing.npz", "sidecar-missing"),
        ("x" * 5000 + ".npz", "sidecar-unreadable"),
        ("a.pkl", "sidecar-format"),
        ("", "sidecar-format"),
    ],
)
def test_files_out_of_bounds(name: str, code: str, tmp_path: Path, refused: Refused) -> None:
    """Paths outside the folder, links that lead out, and what is no file are refused."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "a.npz").write_bytes(saved(a=1))
    (home / "link.npz").symlink_to(tmp_path / "a.npz")
    (home / "linked").symlink_to(tmp_path)
    (home / "loop.npz").symlink_to(home / "loop.npz")
    (home / "folder.npz").mkdir()
    os.mkfifo(home / "pipe.npz")
    data = {"problem": "depot", "schema_version": 3, "name": "a", "table": {"file": name}}
    (found,) = refused(data, folder=home)
    assert (found.code, found.path) == (code, "table")


def test_link_inside_the_folder(write: Write, arrays: Callable[..., Any]) -> None:
    """A link to a file in the same folder is followed."""
    path = write(saved(a=1), "real.npz")
    path.with_name("link.npz").symlink_to(path)
    instance: Any = load_instance(write(table("link.npz")))
    assert instance.table.content.arrays["a"] == 1


def test_data_without_folder(refused: Refused) -> None:
    """Data that came from no file cannot name a side-car unless a folder is given."""
    data = {"problem": "depot", "schema_version": 3, "name": "a", "table": {"file": "a.npz"}}
    (found,) = refused(data)
    assert found.code == "sidecar-folder"


def test_large_file_is_not_read(
    refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A side-car above the size limit is refused."""
    from planner.loading import sidecars

    monkeypatch.setitem(sidecars._FORMATS, ".npz", (npz_module.read_npz, 100))
    assert refusal(saved(a=np.arange(1000))) == "sidecar-too-large"


def test_wide_text_column(refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One long cell cannot blow up a long column of text."""
    monkeypatch.setattr("planner.loading.csv_table.ARRAY_BYTES", 10_000)
    raw = b"a\n" + b"x" * 900 + b"\n" + b"y\n" * 100
    assert refusal(raw, "a.csv") == "sidecar-too-large"


def test_digest_is_part_of_the_instance(write: Write) -> None:
    """Another content of a side-car makes another instance; the same data load again."""
    write(saved(a=np.arange(3)), "a.npz")
    path = write(table("a.npz"))
    one = load_instance(path)
    again = validate(one.data(), folder=path.parent)
    assert again.sha256() == one.sha256()
    assert again == validate(one.data(), folder=path.parent)
    write(saved(a=np.arange(4)), "a.npz")
    assert load_instance(path).sha256() != one.sha256()


def test_replace_keeps_what_was_read(write: Write) -> None:
    """`replace` uses the content of the first reading, even when the file is gone."""
    side = write(saved(a=np.arange(3)), "a.npz")
    one: Any = load_instance(write(table("a.npz")))
    side.unlink()
    two: Any = replace(one, "limit", 2)
    assert two.table.content is one.table.content


class Cargo(Record):
    """Fields of every kind, some of which can hold a side-car."""

    label: str = ""
    kind: Literal["a", "b"] = "a"
    weights: tuple[float, ...] = ()
    parts: "tuple[Cargo, ...]" = ()
    table: Sidecar | None = None
    pages: Mapping[str, tuple[Sidecar, ...]] = {}
    anything: Any = None


class Pallet(Record):
    """What holds none."""

    sizes: tuple[tuple[float, ...], ...] = ()
    lids: tuple[str | None, ...] = ()


def test_only_fields_that_can_hold_a_sidecar_are_searched() -> None:
    """Lists of numbers and of records without side-cars are never walked."""
    assert base_instance._fields_with_sidecars(Pallet) == ()
    assert base_instance._fields_with_sidecars(Cargo) == ("parts", "table", "pages", "anything")


def test_every_sidecar_is_found() -> None:
    """In lists, mappings, records within records, and fields of any type."""
    cars = [Sidecar.model_construct(file=f"{name}.npz") for name in "abcd"]
    inner = Cargo.model_construct(table=cars[0], pages={"x": (cars[1],)})
    outer = Cargo.model_construct(parts=(inner,), table=cars[2], anything=[{"y": cars[3]}])
    assert [car.file for car in base_instance._sidecars(outer)] == [
        f"{name}.npz" for name in "abcd"
    ]


def test_digest_is_computed_once(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance never changes, so its digest does not either; a copy has its own."""
    instance = load_instance(write("limit: 2\n"))
    first = instance.sha256()
    changed = replace(instance, "limit", 3)
    assert changed.sha256() != first
    monkeypatch.setattr(base_instance, "digest", lambda value: "again")
    assert instance.sha256() == first
