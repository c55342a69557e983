"""Of the theme's style rules, those that some page can use: a phone reads them all before it shows the first word.

A rule stays if each class and id that its selector asks for stands in a page, or is a word of a script, which may
add it later.
"""

import re

import tinycss2

ASKED = re.compile(r"[.#]((?:[\w-]|\\.)+)")
UNASKED = re.compile(r":(?:not|where|is)\([^()]*\)")  # what must not be there, or may be one of several
NAMES = re.compile(r"""\b(?:class|id)=(?:"([^"]*)"|'([^']*)')""")


def names_in(pages, scripts):
    """What classes and ids may come up in these texts."""
    written = (one or other for page in pages for one, other in NAMES.findall(page))
    return {word for names in written for word in names.split()} | {
        word for script in scripts for word in re.findall(r"[A-Za-z_][\w-]*", script)
    }


def worn(css, names):
    """The style sheet without the rules that no page with these ``names`` can use."""
    return "".join(
        kept(rule, names) for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    )


def kept(rule, names):
    if rule.type == "qualified-rule":
        selectors = [s for s in split(rule.prelude) if usable(s, names)]
        return f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}" if selectors else ""
    if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
        inside = worn(tinycss2.serialize(rule.content), names)
        return f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inside}}}" if inside else ""
    return rule.serialize()


def split(prelude):
    """The selectors of a list, ``a, b``; commas in brackets are no ends."""
    found = [[]]
    for token in prelude:
        if token == ",":
            found.append([])
        else:
            found[-1].append(token)
    return [tinycss2.serialize(selector).strip() for selector in found]


def usable(selector, names):
    asked = ASKED.findall(re.sub(r"\[[^]]*\]", "", UNASKED.sub("", selector)))
    return all(name.replace("\\", "") in names for name in asked)
