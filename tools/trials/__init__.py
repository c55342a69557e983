"""Where each claim holds: one function a claim, and beside it the settings that the claim does not name.

    @trial("G8", rate=(0.2, 0.9), kappa=(3, 30, 100), dimension=(2, 5, 10, 30), seed=range(3))
    def the_article_s_form_is_faster(rate, kappa, dimension, seed):
        ...
        return margin

The claim holds where ``margin`` is above 0, and its size says by how much.
``frame.py`` says what is made of that, ``tasks.py`` has what trials share;
words for readers, and why some claims have no trial, stand in ``source/trials.yml``.
"""

from trials import appendix_a, chapter1, chapter2, chapter3, chapter4, chapter5, chapter6, chapter7
from trials.frame import TRIALS, Trial, verdict

__all__ = ["TRIALS", "Trial", "verdict"]
CHAPTERS = (chapter1, chapter2, chapter3, chapter4, chapter5, chapter6, chapter7, appendix_a)
