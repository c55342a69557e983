"""The last hand on each page's HTML: what the themes offer no option for.

Every edit names what it looks for, and a page that has it: a theme that
changes under us is noticed there (``patches``), and by ``tests/site``.
"""

import re
from pathlib import Path

from dark import dark_of
from PIL import Image
from project import PANELS
from sphinx.jinja2glue import BuiltinTemplateLoader

from .formulas import in_our_html
from .patches import Edit, edited, unfound
from .policy import guarded
from .words import WORDS

# What a page loads only if its text needs it: part of a file's name → what to look for.
NEEDED_BY = {
    "katex": r'class="katex"|\\\(',
    "sphinx-design": r'class="[^"]*\bsd-',
    "design-tabs": "sd-tab-set",
    "togglebutton": r'class="[^"]*\b(toggle|dropdown|tag_hide)',
    "copybutton": 'class="highlight',
    "clipboard": 'class="highlight',
    "mystnb": r'class="[^"]*\bcell\b',
    "selfcheck.js": r'class="([^"]*\s)?(question|tag_exercise)\b',
    "explore": r'class="[^"]*\bgd-explorer\b',
    "claims.js": r'class="claim-filter"',
    "engine.js": r'class="[^"]*\b(tag_exercise|gd-explorer)\b',
    "thebe": "never: no page of ours asks a remote kernel",
}

# Where the browser forbids storage, or has no room, scripts that rely on it would die, the themes' too:
# there a stand-in remembers as long as the page is open.  Runs before any of them.
STORAGE = """try {
      localStorage.setItem("room", "-".repeat(1000));
      localStorage.removeItem("room");
    } catch {
      const kept = new Map();
      try { Object.entries(localStorage).forEach((entry) => kept.set(...entry)); } catch {}
      const getItem = (name) => kept.get(name) ?? null, setItem = (name, value) => void kept.set(name, String(value));
      const removeItem = (name) => void kept.delete(name);
      Object.defineProperty(window, "localStorage", { value: { getItem, setItem, removeItem } });
    }
    """

# Whatever the page's language.
EDITS = [
    # icons come from a font of 14 glyphs, not from half a megabyte of script
    Edit(r"\s*<!-- So that users can add custom icons -->\s*<script[^>]*fontawesome\.js[^>]*></script>", ""),
    Edit(r"(?=document\.documentElement\.dataset\.mode = localStorage)", STORAGE),
    # nothing waits for a script
    Edit(r"<script( data-[^>]*)? src=", r"<script defer\1 src="),
    Edit(r"<script>(?=DOCUMENTATION_OPTIONS\.)", '<script type="module">'),
    Edit(r'<meta name="viewport" content="width=device-width, initial-scale=1"\s*/>', ""),
    # what lies beside an icon names it
    Edit(r'<(i|span) class="((?:theme-switch )?fa[\w-]* fa-[^"]*)"', r'<\1 aria-hidden="true" class="\2"'),
    # the corner of a table is no heading; a list of sources is a list
    Edit(r'<th class="[^"]*"><p></p></th>', "<td></td>", "pages/defaults"),
    Edit(r' role="doc-biblioentry"| role="list"(?= class="citation-list")', "", "pages/references"),
    # the label would hide what the summary says
    Edit(r'<summary aria-label="Toggle hidden content">', "<summary>", "chapters/05_adam"),
    Edit(r'(?<=id="pst-primary-sidebar" )(?=class)', 'role="complementary" '),
    # a badge, or a link to a place without a label, leads to a notebook, which here is a page
    Edit(r'(<a (?:class="badge [^>]*)?href="[^":]*)\.ipynb#', r"\1.html#", on=None),
]
# ipywidgets.interact is for live notebooks: a page with one (none of ours, so far) says so, and shows no dead slider
WIDGET = r'<script type="application/vnd\.jupyter\.widget-view\+json">.*?</script>'
WIDGET_STATE = r'<script[^>]*type="application/vnd\.jupyter\.widget-state\+json"[^>]*>.*?</script>'
# On paper nothing is tapped: all that a script does there is to open the folds, and the others take half of the time.
NOT_PRINTED = r'<script[^>]* src="(?![^"]*/course\.js)[^"]*"[^>]*></script>'
SEARCH = r'<script[^>]* src="[^"]*(?:searchtools|language_data|searchindex)\.js[^>]*></script>\s*'


def needed(asset, body):
    """Does this page need this script or style sheet?"""
    return all(re.search(sign, body) for part, sign in NEEDED_BY.items() if part in name_of(asset))


def name_of(asset):
    return str(getattr(asset, "filename", None) or getattr(asset, "attributes", {}).get("body") or asset)


def lighten(app, pagename, templatename, context, doctree):
    """Leave out what this page does not use."""
    body = context.get("body", "")
    if pagename == "index" and app.builder.name == "html":
        loaded = [name_of(asset) for kind in ("script_files", "css_files") for asset in context[kind]]
        for part in NEEDED_BY:
            if not any(part in name for name in loaded):
                unfound(part, "what a page loads")
    for kind in ("script_files", "css_files"):
        context[kind] = [asset for asset in context.get(kind, []) if needed(asset, body)]


PANELLED = rf'<img [^>]*alt="([^"]*{PANELS}[^"]*)"[^>]*>'


def panels(match):
    """A figure of several panels: the same picture for each, of which it shows its part; side by side, or stacked."""
    width, height = (int(re.search(rf' {side}="(\d+)"', match[0])[1]) for side in ("width", "height"))
    said = match[1].split(PANELS)
    style = f"aspect-ratio:{width / len(said):g}/{height};object-position"
    parts = (
        match[0].replace(match[1], one).replace("<img ", f'<img style="{style}:{i / (len(said) - 1):.0%}" ', 1)
        for i, one in enumerate(said)
    )
    return f'<figure class="panels">{"".join(parts)}</figure>'


def enlarged(image, shown=""):
    """A picture that leads to itself alone: there a phone's reader can spread it with two fingers."""
    address = re.search('src="([^"]*)"', image)[1]
    image = image.replace("<img ", f'<img class="{shown}" ', 1) if shown else image
    return f'<a class="{f"enlarge {shown}".strip()}" href="{address}">{image}</a>'


class PolishedTemplates(BuiltinTemplateLoader):
    """Sphinx's own templates, their result passed through the edits."""

    def init(self, builder, theme=None, dirs=None):
        super().init(builder, theme, dirs)
        self.builder = builder

    def render(self, template, context):
        html = super().render(template, context)
        return self.polish(html, context.get("pagename")) if "<html" in html[:500] else html

    def polish(self, html, pagename):
        words = WORDS[self.builder.config.language]
        own = [Edit(*edit) for edit in words["edits"]]
        whole = self.builder.name == "html"  # a page of all chapters has no sidebars
        html = in_our_html(html, pagename)
        if not whole:
            html = re.sub(NOT_PRINTED, "", html)
        if pagename != "search":
            html = edited(html, [Edit(SEARCH, "")], pagename if whole else None)
        slider = Edit(WIDGET, f'<p class="live-only">{words["live_only"]}</p>', on=None)
        html = edited(html, [*EDITS, Edit(WIDGET_STATE, "", on=None), slider, *own], pagename if whole else None)
        files = {name: path for path, name in self.builder.images.items()}
        html = re.sub(r'<img [^>]*src="[^"]*_images/([^"]+\.png)"[^>]*>', lambda m: self.image(m, files), html)
        return guarded(re.sub(PANELLED, panels, html))

    def image(self, match, files):
        """With its size, so that nothing jumps; fetched when the reader comes near; and its twin for the dark page."""
        path = Path(self.builder.srcdir, files[match[1]])
        with Image.open(path) as picture:
            width, height = picture.size
        when = "eager" if self.builder.name == "singlehtml" else "lazy"
        light = match[0].replace(
            "<img ", f'<img loading="{when}" decoding="async" width="{width}" height="{height}" ', 1
        )
        if self.builder.name != "html":  # in print nobody taps
            return light
        dark = dark_of(path.read_bytes())
        if not dark:
            return enlarged(light)
        twin = Path(self.builder.outdir, "_images", f"{path.stem}-dark.png")
        twin.parent.mkdir(exist_ok=True)
        twin.write_bytes(dark)
        pair = {"light": light, "dark": light.replace(match[1], twin.name)}
        return "".join(enlarged(image, f"only-{page}") for page, image in pair.items())
