"""A widget that is answered while a cell runs shows none of the cell's figures."""

import threading

import IPython
import pytest
from IPython.core.interactiveshell import InteractiveShell

from gdcourse.inline import figures_only_after_cells


@pytest.fixture
def heard(monkeypatch):
    """(says, heard): tell a shell of an event, in the main thread or beside it; what its listeners were told."""
    shell, heard = InteractiveShell(), []
    for event in ("pre_execute", "post_execute", "shell_initialized"):
        shell.events.register(event, lambda *_, event=event: heard.append(event))
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    figures_only_after_cells()
    figures_only_after_cells()  # for each widget
    yield shell.events, heard
    shell.history_manager.end_session()


def test_cells_begin_and_end_in_the_main_thread(heard):
    events, heard = heard
    for event in ("pre_execute", "post_execute"):
        events.trigger(event)
    assert heard == ["pre_execute", "post_execute"]


def test_an_answer_beside_a_cell_is_no_cell(heard):
    events, heard = heard

    def beside():
        for event in ("pre_execute", "post_execute"):
            events.trigger(event)
        events.trigger("shell_initialized", None)

    thread = threading.Thread(target=beside)
    thread.start()
    thread.join()
    assert heard == ["shell_initialized"]


def test_without_a_shell_nothing_happens(monkeypatch):
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    figures_only_after_cells()
