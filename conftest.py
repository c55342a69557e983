"""What the notebooks' tests share with all others: done before them, and kept after them.

Where matplotlib may not write, it says so on stderr, makes a folder of its own
and tells its children of it; where it has no list of fonts, it makes one and
may say that, too.  Here nobody compares that with the outputs of a notebook,
and the kernels find everything done.

Several processes share the processors here, and so do the kernels that they
start: threads of OpenBLAS would only wait for each other, with full power
(the network of appendix A took eight times its processor time).
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is there

import matplotlib.font_manager  # noqa: F401
import nbformat
import pytest
from dark import let_kernels_draw_twice
from nbval.plugin import IPyNbCell
from project import run_by

PASSED = pytest.StashKey[int]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """The first cell of a notebook starts its kernel: as in the book, the explorer is a picture, the others are two."""
    with pytest.MonkeyPatch.context() as patch:
        if isinstance(item, IPyNbCell):
            patch.setenv("GDCOURSE_STILL", "1")
        if isinstance(item, IPyNbCell) and keeps(item):
            patch.setenv("IPYTHONDIR", "")  # put back afterwards
            let_kernels_draw_twice(item.config.cache.mkdir("ipython"))
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if isinstance(item, IPyNbCell) and call.when == "call" and report.passed and keeps(item):
        keep(item)
    return report


def keeps(item):
    return hasattr(item.config, "cache")  # not with -p no:cacheprovider


def keep(item):
    """A notebook whose cells have all passed has been run: the book that the tests build need not run it again."""
    item.cell.outputs = item.test_outputs
    file, notebook = item.parent, item.parent.nb
    file.stash[PASSED] = file.stash.get(PASSED, 0) + 1
    if file.stash[PASSED] == sum(cell.cell_type == "code" for cell in notebook.cells):
        about = file.kernel.kc.kernel_info(reply=True, timeout=10)["content"]
        notebook.metadata.update(language_info=about["language_info"], package=run_by())
        language = "en" if file.path.parents[1].name == "en" else "zh_CN"
        path = item.config.cache.mkdir("executed") / language / file.path.name
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)  # whole, whoever reads it meanwhile
