"""What must have happened before any test, those of the notebooks too.

Where matplotlib may not write, it says so on stderr, makes a folder of its own
and tells its children of it; where it has no list of fonts, it makes one and
may say that, too.  Here nobody compares that with the outputs of a notebook,
and the kernels find everything done.
"""

import matplotlib.font_manager  # noqa: F401
