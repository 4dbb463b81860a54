"""How results show themselves: one line of text, tables in Jupyter."""

from collections.abc import Callable

import planner as pl


def test_summary_is_one_line(solved: Callable[..., pl.Result]) -> None:
    """A result prints as what was found, how good it is and who found it."""
    line = "five numbers: optimal, total 8, bound 8 (certificate), verified [sort]"
    assert str(solved()) == line
    assert repr(solved()) == f"<Result {line}>"
    assert str(solved(choose=5)) == "five numbers: infeasible, verified [sort]"


def test_tables_show_figures_violations_and_reasons(solved: Callable[..., pl.Result]) -> None:
    """Jupyter gets tables; text of the user is escaped."""
    page = solved(name="<b>five</b>")._repr_html_()
    assert "&lt;b&gt;five&lt;/b&gt;" in page
    assert "<b>five" not in page
    assert "<td>total</td><td>8</td>" in page
    assert "forbidden-number" in solved("blind", forbidden=[0])._repr_html_()
    assert "allow 1 more" in solved(choose=5)._repr_html_()


def test_verification_has_a_table(solved: Callable[..., pl.Result]) -> None:
    """What was refuted is listed, and the line names the codes."""
    found = pl.verify(solved().model_copy(update={"gap": 0.5}))
    assert "<td>gap-mismatch</td>" in found._repr_html_()
    assert str(found) == "five numbers: refuted (digest-result, gap-mismatch)"
    assert str(pl.verify(solved())) == "five numbers: every claim that can be recomputed holds"
