"""Where a page leads besides its text: itself in the other language, the places that run it, link previews."""

import re
from pathlib import Path

from project import find, published, repository

from .words import WORDS

# Sphinx makes these pages itself; they hold nothing to describe or to find again.
NOT_TEXT = ("search", "genindex")


def edition(app):
    """The language as source/ names it: Sphinx's zh_CN is our zh."""
    return app.config.language.partition("_")[0]


def add_links(app, pagename, templatename, context, doctree):
    words = WORDS[app.config.language]
    english = app.config.language == "en"
    page = "index" if pagename in NOT_TEXT else pagename
    up = "../" * pagename.count("/")
    href = f"{up}../{page}.html" if english else f"{up}en/{page}.html"
    here = ("en/" if english else "") + pagename
    context["other_language"] = {"href": href, "name": words["other"], "lang": words["other_language"]}
    context["course"] = words | {"up": up, "page": Path(pagename).name, "notebook_here": bool(notebook(app, pagename))}
    context["course"]["places"] = places(here, bool(notebook(app, pagename)), words)
    context["metatags"] = context.get("metatags", "") + metatags(app, here, href, context.get("title", ""), words)


def notebook(app, pagename):
    path = Path(app.srcdir, f"{pagename}.ipynb")
    return path if path.exists() else None


def places(here, runs, words):
    """Where else the page can be run or changed: nothing, as long as no repository is named."""
    home = repository()
    if not home or here.removeprefix("en/") in NOT_TEXT:
        return []
    project = re.sub(r"^https://github\.com/", "", home)
    runners = {
        "Colab": f"https://colab.research.google.com/github/{project}/blob/main/{here}.ipynb",
        "Binder": f"https://mybinder.org/v2/gh/{project}/main?urlpath=lab/tree/{here}.ipynb",
    }
    found = [(words["run_on"].format(name), link) for name, link in runners.items() if runs]
    return [*found, (words["edit"], f"{home}/edit/main/{find(Path(here).name).printed_from[0]}")]


def metatags(app, here, href, title, words):
    """A description, what a link preview shows, and the other language for search engines."""
    page = here.removeprefix("en/")
    entry = find(Path(page).name) or find("index")
    description = entry.description[edition(app)].replace('"', "&quot;")
    title = re.sub("<[^>]*>", "", title) if page != "index" else app.config.html_title
    other = "en/" + page if not here.startswith("en/") else page
    tags = [
        f'<meta name="description" content="{description}">',
        f'<meta property="og:title" content="{title}">',
        f'<meta property="og:description" content="{description}">',
        '<meta property="og:type" content="article">',
        f'<meta property="og:site_name" content="{app.config.html_title}">',
        f'<meta property="og:locale" content="{words["locale"]}">',
    ]
    base = published()
    if page in NOT_TEXT:
        pass
    elif base:
        tags += [
            f'<link rel="canonical" href="{base}/{here}.html">',
            f'<meta property="og:url" content="{base}/{here}.html">',
            f'<link rel="alternate" hreflang="{words["other_language"]}" href="{base}/{other}.html">',
        ]
    else:
        tags += [f'<link rel="alternate" hreflang="{words["other_language"]}" href="{href}">']
    return "\n" + "\n".join(tags)
