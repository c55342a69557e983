"""A search that finds Chinese: the same cut, in Python for the index and in JavaScript for the query.

A run of Han characters is indexed as all its characters and all its pairs of
neighbours (学习率 → 学, 习, 率, 学习, 习率) and asked for by its pairs, so that
no dictionary has to agree with itself in two languages.  Latin words are
stemmed as in English, in both editions.
"""

import re

from sphinx.search.en import SearchEnglish

HAN = "\u3400-\u9fff"
WORDS = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")


def pairs(run):
    return [run[i : i + 2] for i in range(len(run) - 1)]


class CourseSearch(SearchEnglish):
    lang = "course"
    language_name = "Chinese and English"
    js_splitter_code = rf"""
function splitQuery(query) {{
  const words = query.match(/[{HAN}]+|[^\s{HAN}\u3000-\u303f\uff00-\uffef!-\/:-@\[-^`{{-~]+/g) || [];
  return words.flatMap((word) => {{
    if (!/[{HAN}]/.test(word) || word.length === 1) return [word];
    return Array.from({{length: word.length - 1}}, (_, i) => word.slice(i, i + 2));
  }});
}}
"""

    def split(self, text):
        return [
            part
            for word in WORDS.findall(text)
            for part in ([*word, *pairs(word)] if re.match(f"[{HAN}]", word) else [word])
        ]
