"""Questions about an instance that several methods ask: answered once, and then remembered."""

import functools
import weakref
from collections.abc import Callable
from typing import TypeVar

from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.view import View

Subject = TypeVar("Subject", FlowSplitting, View)
Reply = TypeVar("Reply")


def once(question: Callable[[Subject], Reply]) -> Callable[[Subject], Reply]:
    """Make a function of an instance, or of its view, remember its answers.

    `choose`, the check of a request and the methods ask the same of one instance. Neither an
    instance nor its view ever changes, and what is known of a view goes when the view goes; so
    answers are kept by identity, and no answer may refer to the view.
    """
    known: weakref.WeakKeyDictionary[View, Reply] = weakref.WeakKeyDictionary()

    @functools.wraps(question)
    def ask(subject: Subject) -> Reply:
        view = subject if isinstance(subject, View) else subject.view
        if view not in known:
            known[view] = question(subject)
        return known[view]

    return ask
