"""Self-check exercises that name the mistake.

    gd.check("adam", my_adam)      what is right or wrong with it
    gd.hint("adam")                idea, then formula, then line
    gd.solution("adam")            after a check, or with force=True
    gd.exercises.list()            what there is, and what is solved

``asked`` holds what is asked, ``bank`` the known mistakes, ``references`` the right answers
that are not an update rule, ``core`` the diagnosis; they import only one
another and run in the page too.  ``shell`` is what a notebook adds: a time
limit, colours, the learner's own line; ``page`` is what the page calls
instead.  The words are in ``messages.json``: JSON, because Python, MicroPython
and the page can all read it without a library.
"""

from gdcourse.exercises.shell import Message, check, get, hint, listing, solution, stub

list = listing

__all__ = ["Message", "check", "get", "hint", "list", "solution", "stub"]
