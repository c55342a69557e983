"""What makes the two books one site: shared settings, own assets, the language switch."""

import hashlib
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.fileutil import copy_asset

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

WORDS = {
    "zh_CN": {
        "search": "搜索本课程……",
        "show": "展开",
        "hide": "收起",
        "show_code": "显示代码",
        "hide_code": "收起代码",
        "show_output": "显示输出",
        "hide_output": "收起输出",
        "other": "English",
        "other_language": "en",
        "description": "从梯度下降到 Adam：每个更新式都与 PyTorch 核对，每个说法都用实验检验。",
    },
    "en": {
        "search": "Search the course …",
        "show": "Show",
        "hide": "Hide",
        "show_code": "Show code",
        "hide_code": "Hide code",
        "show_output": "Show output",
        "hide_output": "Hide output",
        "other": "中文",
        "other_language": "zh-CN",
        "description": "From gradient descent to Adam: each rule checked against PyTorch, each claim by an experiment.",
    },
}


def setup(app: Sphinx):
    # before katex and the theme read their options
    app.connect("config-inited", configure, priority=100)
    # before the theme looks which of its templates are empty
    app.connect("html-page-context", add_other_language, priority=100)
    app.connect("html-page-context", drop_idle_scripts, priority=900)
    app.connect("build-finished", copy_vendored)
    app.add_css_file("course.css")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def configure(app, config):
    """Settings that both editions share, and the words of this one."""
    words = WORDS[config.language]
    config.html_math_renderer = "katex"
    config.katex_css_path = "katex/katex.min.css"
    config.html_static_path.append(str(HERE / "assets"))
    config.templates_path.append(str(HERE / "templates"))
    config.nb_execution_cache_path = str(ROOT / "_build" / "cache" / package_digest())
    config.nb_execution_raise_on_error = True
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
        "article_header_end": ["language-switch.html", "article-header-buttons.html"],
        "show_toc_level": 2,
        "home_page_in_toc": True,
        "use_download_button": True,
    }


def package_digest():
    """Names what notebooks compute with: jupyter-cache itself knows only their cells."""
    state = hashlib.sha256()
    parts = [p for p in (ROOT / "gdcourse").rglob("*") if p.is_file() and p.suffix != ".pyc"]
    for path in [*sorted(parts), ROOT / "requirements.txt"]:
        state.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return state.hexdigest()[:16]


def add_other_language(app, pagename, templatename, context, doctree):
    """Give every page the link to itself in the other language, and a description."""
    words = WORDS[app.config.language]
    page = "index" if pagename in ("search", "genindex") else pagename
    up = "../" * pagename.count("/")
    href = f"{up}en/{page}.html" if words["other_language"] == "en" else f"{up}../{page}.html"
    context["other_language"] = {"href": href, "name": words["other"], "lang": words["other_language"]}
    context["metatags"] = context.get("metatags", "") + (
        f'\n<link rel="alternate" hreflang="{words["other_language"]}" href="{href}">'
        f'\n<meta name="description" content="{words["description"]}">'
    )


def drop_idle_scripts(app, pagename, templatename, context, doctree):
    """jupyter-book loads sphinx-thebe on every page, twice; no page of ours asks a remote kernel."""

    def idle(asset):
        return "thebe" in str(asset) or "thebe" in str(getattr(asset, "attributes", "")).lower()

    for kind in ("script_files", "css_files"):
        context[kind] = [asset for asset in context.get(kind, []) if not idle(asset)]


def copy_vendored(app, exception):
    """Vendored files go beside the static ones: Sphinx would load all of those on every page."""
    if exception is None and app.builder.format == "html":
        copy_asset(HERE / "vendor" / "katex", Path(app.outdir) / "_static" / "katex")
