"""Instance files as text: what is written is what the loader reads back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from planner.formats import InstanceData, instance_text, write_instance
from planner.loading import load_document

WORDS = [
    "no",
    "on",
    "1e9",
    "12:30",
    "0x1f",
    "0o17",
    "~",
    "null",
    "true",
    "1.0",
    ".5",
    "-",
    "a b",
    "#x",
]
scalars = (
    st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.sampled_from(WORDS)
    | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b", "rate", "size"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(topology=values)
def test_loader_reads_back_what_was_written(tmp_path_factory, topology):
    """Every value survives the way through the file, whatever YAML 1.1 would make of it."""
    path = tmp_path_factory.mktemp("yaml") / "x.yaml"
    write_instance({"name": "n", "topology": topology}, path)
    assert load_document(path).data == {"name": "n", "topology": topology}


def test_keys_come_in_a_steady_order():
    """The head comes first, then topology and workload, then what is not known here."""
    text = instance_text({"extra": 1, "workload": {"a": 1}, "name": "n", "topology": {"b": 2}})
    assert text == "name: n\n\ntopology:\n  b: 2\n\nworkload:\n  a: 1\n\nextra: 1\n"


def test_short_rows_take_one_line():
    """Rows inside a list are written on one line, long lists of names are wrapped."""
    text = instance_text(
        {
            "topology": {
                "links": [{"a": "x", "b": "y"}, {"a": "y", "b": "z", "rate": "1 Gbit/s"}],
                "nodes": [f"node{number}" for number in range(30)],
            }
        }
    )
    assert "    - {a: x, b: y}\n    - {a: y, b: z, rate: 1 Gbit/s}\n" in text
    assert max(map(len, text.splitlines())) <= 100


def test_comments_stand_above_their_key(tmp_path):
    """The header and the comments are in the file and are no data."""
    data = InstanceData(
        {"name": "n", "workload": {"a": 1}}, header=["From a file."], comments={"workload": "Ours."}
    )
    path = tmp_path / "x.yaml"
    write_instance(data, path)
    assert path.read_text() == "# From a file.\n\nname: n\n\n# Ours.\nworkload:\n  a: 1\n"
    assert load_document(path).data == dict(data)


def test_a_comment_cannot_leave_its_line():
    """Line breaks in a comment do not make data of it."""
    data = InstanceData({"name": "n"}, header=["one\nname: other"])
    assert instance_text(data) == "# one\n# name: other\n\nname: n\n"
