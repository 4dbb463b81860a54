"""Files that cannot be read as an instance at all."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.loading import limits, load_instance
from planner.models.base.errors import Finding, InputError

Refused = Callable[..., list[Finding]]
Write = Callable[..., Path]


def test_missing_file_names_its_neighbour(write: Write, refused: Refused) -> None:
    """A misspelt file name gets the nearest name in the folder."""
    path = write("")
    (found,) = refused(path.with_name("depo.yaml"))
    assert found.code == "file-missing"
    assert str(path) in found.fix


def test_folder_instead_of_file(tmp_path: Path, refused: Refused) -> None:
    """A folder is refused as such."""
    (found,) = refused(tmp_path)
    assert (found.code, found.message) == ("file-unreadable", "this is a folder")


@pytest.mark.parametrize("name", ["a\0b.yaml", "x" * 5000, "problem: depot\nname: a\n"])
def test_strange_names(name: str, refused: Refused) -> None:
    """Names no file can have, and YAML given as a name, are refused without a traceback."""
    (found,) = refused(name)
    assert found.code in {"file-unreadable", "file-missing"}


def test_unreadable_file(write: Write, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without permission is refused with the system's reason."""

    def deny(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write("")
    monkeypatch.setattr(Path, "open", deny)
    (found,) = refused(path)
    assert found.code == "file-unreadable"
    assert "Permission denied" in found.message


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        ("a: é\n".encode("latin-1"), "file-encoding", 1),
        (b"a: 1\nb: \xff\n", "file-encoding", 2),
        ("a: 1".encode("utf-16"), "file-encoding", 1),
        (bytes(range(32)) * 8, "yaml-syntax", 1),
        (b"\x89PNG\r\n\x1a\n\0\0", "file-encoding", 1),
        (b"", "document-empty", None),
        (b"# nothing\n", "document-empty", None),
        (b"---\n", "document-empty", None),
        (b"\n\n", "document-empty", None),
        (b"- 1\n", "wrong-type", 1),
        (b"hello\n", "wrong-type", 1),
    ],
)
def test_not_an_instance(
    raw: bytes, code: str, line: int | None, write: Write, refused: Refused
) -> None:
    """Other encodings, binary data, and texts without a mapping are refused."""
    (found,) = refused(write(raw))
    assert (found.code, found.line) == (code, line)


@pytest.mark.parametrize("suffix", [".yaml", ".json", ".toml"])
def test_huge_file_points_to_sidecars(
    suffix: str, tmp_path: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file above the limit is not read to its end, and the message points to side-cars."""
    path = tmp_path / f"huge{suffix}"
    with path.open("wb") as stream:
        os.truncate(stream.fileno(), limits.DOCUMENT_BYTES + 1)
    (found,) = refused(path)
    assert found.code == "file-too-large"
    assert "side-cars" in found.fix


def test_endless_file(refused: Refused) -> None:
    """Reading stops at the limit where a file has no end."""
    (found,) = refused("/dev/zero")
    assert found.code == "file-too-large"


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.toml"])
def test_too_many_values(
    name: str, write: Write, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document of very many values is refused before it fills the memory."""
    reader = name.removeprefix("a.")
    monkeypatch.setattr(f"planner.loading.{reader}_reader.VALUES", 50)
    row = ",".join("0" * 60)
    text = {"yaml": f"a: [{row}]", "json": f'{{"a": [{row}]}}', "toml": f"a = [{row}]"}[reader]
    (found,) = refused(write(text, name, head=False))
    assert found.code == "too-many-values"


def test_control_characters_are_shown_escaped(write: Write) -> None:
    """Text from a file cannot send control sequences to the terminal."""
    path = write('"\\e[31mred": 1\n')
    with pytest.raises(InputError) as caught:
        load_instance(path)
    assert "\x1b" not in str(caught.value)
    assert "\\x1b[31mred" in str(caught.value)
