"""A search that finds Chinese: the same cut, in Python for the index and in search.js for the query.

A run of Han characters is indexed as all its characters and all its pairs of
neighbours (学习率 → 学, 习, 率, 学习, 习率) and asked for by its pairs, so that
no dictionary has to agree with itself in two languages.  Latin words are
stemmed as in English, in both editions.  Before it is cut, a text is folded:
Ａｄａｍ, as an input method may write it, is Adam (Unicode's NFKC).
"""

import functools
import re
import unicodedata
from pathlib import Path

from sphinx.search.en import SearchEnglish

from .patches import mend

HAN = "\u3400-\u9fff"
WORDS = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")


def pairs(run):
    return [run[i : i + 2] for i in range(len(run) - 1)]


class CourseSearch(SearchEnglish):
    lang = "course"
    language_name = "Chinese and English"
    js_splitter_code = Path(__file__).with_name("search.js").read_text("utf-8").replace("HAN", HAN)

    def init(self, options):
        super().init(options)
        self.stem = functools.cache(self.stem)  # a book has few words, and says them often

    def split(self, text):
        return [
            part
            for word in WORDS.findall(unicodedata.normalize("NFKC", text))
            for part in ([*word, *pairs(word)] if re.match(f"[{HAN}]", word) else [word])
        ]


def fold_titles(app, exception):
    """Sphinx compares the query with each title as both are written: let both be folded."""
    if exception or app.builder.format != "html":
        return
    compared = r"\b(query|title)\.toLowerCase\(\)\.trim\(\)"
    mend(Path(app.outdir, "_static", "searchtools.js"), (compared, r"fold(\1).toLowerCase().trim()"))
