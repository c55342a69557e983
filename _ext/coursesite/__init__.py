"""What makes the two books one site.

``words``      the words of the interface, in both languages
``search``     a search that finds Chinese
``formulas``   mathematics, set while the book is built
``folds``      what a page hides until the reader asks for it
``book``       the order of the printed book
``moved``      old addresses of places that stand on another page of their chapter now
``polish``     what a page loads, and the last hand on its HTML
``patches``    edits of what others write, loud when there is nothing to edit any more
``policy``     what a page's scripts may do, enforced by the browser
``links``      the other language, where to run it, what a link preview shows
``scripts``    those that are made of modules
``files``      what stands beside the pages: fonts, Python, figures, downloads, the site map

Of the scripts in ``assets``, ``course.js`` serves every page, ``engine.js``
brings Python to those that use it, ``explore.js`` the explorers; ``selfcheck``
are the modules of questions and exercises.
"""

import os
import sys
from gettext import NullTranslations
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.locale import get_translator

sys.path.append(str(Path(__file__).parents[2] / "tools"))  # project.py knows the outline of the course

from dark import let_kernels_draw_twice
from project import ROOT, SOURCE, chapters, digest_of, inside, run_by

from . import formulas
from .book import in_two_parts
from .files import finish
from .folds import add_folds
from .links import add_links, edition
from .moved import tell_what_moved
from .policy import count_without_eval
from .polish import lighten
from .scripts import sources, write_scripts
from .search import CourseSearch, fold_titles
from .words import WORDS

HERE = Path(__file__).parent


def setup(app: Sphinx):
    # Sphinx writes all pages anew when this changes
    app.add_config_value("coursesite_digest", digest_of(*inside(HERE), *sources(), SOURCE / "course.yml"), "html")
    add_folds(app)
    app.add_search_language(CourseSearch)
    app.add_html_math_renderer("katex", (formulas.inline, None), (formulas.displayed, None))
    # before the theme reads its options
    app.connect("config-inited", configure, priority=100)
    # before the theme looks which of its templates are empty
    app.connect("html-page-context", add_links, priority=100)
    app.connect("html-page-context", lighten, priority=900)
    app.connect("doctree-resolved", formulas.keep_together)
    app.connect("doctree-resolved", in_two_parts)
    app.connect("build-finished", finish)
    app.connect("build-finished", fold_titles)
    app.connect("build-finished", tell_what_moved)
    app.connect("build-finished", count_without_eval)
    app.add_css_file("katex/katex.min.css")
    app.add_css_file("course.css")
    app.add_js_file("course.js", priority=900)
    app.add_js_file("engine.js", priority=910)
    app.add_js_file("selfcheck.js", priority=920)
    app.add_js_file("explore.js", priority=930)
    app.add_js_file("claims.js", priority=940)
    app.add_css_file("explorer/explorer.css")
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": True}


def configure(app, config):
    """Settings that both editions share, and the words of this one."""
    words = WORDS[config.language]
    add_to_catalogue(words["catalogue"])
    config.template_bridge = "coursesite.polish.PolishedTemplates"
    config.html_search_language = "course"
    config.html_math_renderer = "katex"
    scripts = Path(app.doctreedir, "scripts")
    write_scripts(scripts, edition(app))
    config.html_static_path += [str(HERE / "assets"), str(scripts)]
    config.templates_path.append(str(HERE / "templates"))
    config.html_favicon = str(HERE / "assets" / "favicon.svg")
    config.html_use_index = False
    config.html_use_opensearch = ""
    # an excerpt costs the reader the whole page that it is cut from
    config.html_show_search_summary = False
    # one for each edition: they are built side by side
    config.nb_execution_cache_path = str(ROOT / "_build" / "cache" / run_by() / config.language)
    let_kernels_draw_twice(Path(app.doctreedir, "ipython"))
    config.nb_execution_excludepatterns = not_run()
    config.nb_execution_raise_on_error = True
    # on the page the explorer is a picture that explore.js brings to life, not a widget
    os.environ["GDCOURSE_STILL"] = "1"
    config.nb_ipywidgets_js = {}
    config.nb_merge_streams = True
    config.nb_code_prompt_show = words["show_code"]
    config.nb_code_prompt_hide = words["hide_code"]
    config.togglebutton_hint = words["show"]
    config.togglebutton_hint_hide = words["hide"]
    config.html_last_updated_fmt = None
    config.html_context["default_mode"] = "auto"
    config.myst_enable_extensions = {*config.myst_enable_extensions, "deflist", "attrs_inline"}
    config.html_theme_options |= {
        "search_bar_text": words["search"],
        "navbar_persistent": [],
        "primary_sidebar_end": [],
        "article_header_end": ["language-switch.html", "course-buttons.html"],
        "show_toc_level": 2,
        "home_page_in_toc": True,
    }


def add_to_catalogue(words):
    """Words for what neither Sphinx nor a theme translates into the language of the book."""
    ours = NullTranslations()
    # what we do not know either, a catalogue that is added later may know
    ours.gettext = lambda message: words.get(message) or NullTranslations.gettext(ours, message)
    get_translator().add_fallback(ours)


def not_run():
    """The notebooks that need more than requirements.txt: their outputs are in them."""
    return [page.file for page in chapters() if page.needs]
