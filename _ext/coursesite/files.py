"""What stands beside the pages when they are done: fonts, Python, figures, downloads, the site map."""

import base64
import html
import io
import json
import re
import shutil
import tomllib
import zipfile
from pathlib import Path

from dark import without_dark
from PIL import Image
from project import kept, published
from sphinx.util.fileutil import copy_asset

from gdcourse import browser

from .links import NOT_TEXT, edition
from .patches import DONE, is_mended, mend, mended, unfound
from .policy import guarded
from .styles import names_in, worn

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# Bytes that a figure may weigh before it is saved in so many colours: lines look the same in 128.
FIGURE = {256: 35_000, 128: 35_000, 64: 70_000, 32: 70_000, 16: 70_000}

THEMES = THEME, _ = "styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css"  # below _static
# What is brought along and no page of ours asks for.
IDLE = ("**/*.map", "scripts/fontawesome.js*", "**/fa-brands*", "**/fa-regular*", "**/*.ttf", "sphinx-thebe.*",
        "katex/*.js", "images/logo_*", "plus.png", "minus.png", "file.png")  # fmt: skip


def finish(app, exception):
    if exception or app.builder.format != "html":
        return
    out, static = Path(app.outdir), Path(app.outdir, "_static")
    copy_asset(HERE / "vendor" / "katex", static / "katex")
    done_before = is_mended(static / THEME)
    for pattern in IDLE:
        found = list(static.glob(pattern))
        for path in found:
            path.unlink()
        if not found and not done_before:
            unfound(pattern, "_static")
    fresh(app, static)
    subset_icons(static)
    wear_out(out, static)
    add_python(static / "python", edition(app))
    for path in out.glob("_images/*.png"):
        path.write_bytes(without_dark(path.read_bytes()))  # polish has taken it out
        shrink(path)
    if app.builder.name == "html":
        offer_downloads(app, out / "downloads")
        offer_figures(out)
        write_sitemap(app, out)
        if app.config.language != "en":
            lost = (HERE / "assets" / "404.html").read_text("utf-8")
            (out / "404.html").write_text(guarded(lost), "utf-8")


def fresh(app, static):
    """The themes' style sheets as they come: an earlier build may have left out what a new page needs."""
    for name in THEMES:
        folder = next(
            Path(folder) for folder in app.builder.theme.get_theme_dirs() if Path(folder, "static", name).is_file()
        )
        shutil.copy(folder / "static" / name, static / name)


def wear_out(out, static):
    """Only the themes' rules that some page can use, a third of them."""
    names = names_in(
        texts(out.rglob("*.html")), texts(path for path in static.glob("**/*.js") if "python" not in path.parts)
    )
    for name in THEMES:
        css = (static / name).read_text("utf-8")
        (static / name).write_text(worn(css, names) + (DONE if css.endswith(DONE) else ""), "utf-8")


def texts(paths):
    return (path.read_text("utf-8") for path in paths)


def subset_icons(static):
    """A font of the icons in use instead of all, and no style rules for the others."""
    icons = HERE / "vendor" / "fontawesome" / "course-icons.woff2"
    shutil.copy(icons, static / "vendor/fontawesome/webfonts/fa-solid-900.woff2")
    used = json.loads((HERE / "vendor" / "manifest.json").read_text("utf-8"))["fontawesome"]["glyphs"]
    mend(
        static / THEME,
        (
            r'((?:\.fa-[\w-]+:before,?)+)\{content:"[^"]*"\}',
            lambda m: m[0] if any(f".fa-{name}:before" in m[1] for name in used) else "",
        ),
        # the files that are not there must not be named
        (r"@font-face\{[^}]*fa-(?:regular|brands)[^}]*\}", ""),
        (r',url\([^)]*\.ttf\) format\("truetype"\)', ""),
        (r"/\*# sourceMappingURL.*?\*/", ""),
    )


def shrink(path):
    """As many colours as fit into what a figure may weigh."""
    heavy = path.read_bytes()
    path.write_bytes(kept("figures", repr(FIGURE).encode() + heavy, lambda: shrunk(heavy)))


def shrunk(png):
    for colours, weight in FIGURE.items():
        if len(png) <= weight:
            break
        with Image.open(io.BytesIO(png)) as picture:
            few = picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        few.save(light := io.BytesIO(), "png", optimize=True)
        png = light.getvalue()
    return png


# --- Python in the page -------------------------------------------------------


def add_python(folder, language):
    """What assets/engine.js loads: MicroPython, the course's Python files, and all that for file://."""
    vendor = HERE / "vendor" / "micropython"
    copy_asset(vendor, folder)
    (folder / "micropython.mjs").unlink()
    parts = {name: browser.files(name, language) for name in browser.PARTS}
    for name, files in parts.items():
        (folder / name).write_text(as_json(files), "utf-8")
    files = as_json({path: text for part in parts.values() for path, text in part.items()})
    worker = python_worker(vendor)
    (folder / "worker.js").write_text(worker, "utf-8")
    # A page opened from a folder can fetch nothing: there it all comes as text in one script.
    worker = json.dumps(worker, ensure_ascii=False)
    wasm = base64.b64encode((vendor / "micropython.wasm").read_bytes()).decode()
    (folder / "local.js").write_text(
        f'CoursePython.local={{worker:{worker},wasm:"data:application/wasm;base64,{wasm}",files:{files}}};\n', "utf-8"
    )


def python_worker(vendor):
    """MicroPython and assets/python/worker.js in one script: a worker that starts from a blob cannot import."""
    edits = (r"import\.meta\.url", '"file:///"'), (r"export default \w+;export (?=async function)", "")
    micropython = mended((vendor / "micropython.mjs").read_text("utf-8"), edits, "micropython.mjs")
    ours = (HERE / "assets" / "python" / "worker.js").read_text("utf-8")
    return f'"use strict";\n(async () => {{{micropython}\n}})();\n{ours}'


def as_json(files):
    return json.dumps(files, ensure_ascii=False, sort_keys=True)


# --- downloads --------------------------------------------------------------


def offer_downloads(app, folder):
    """Each notebook, and one archive that runs as it is: notebooks, package, what to install."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    notebooks = sorted(Path(app.srcdir, "chapters").glob("*.ipynb"))
    for path in notebooks:
        shutil.copy(path, folder)
    package = [p for p in sorted((ROOT / "gdcourse").rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    licences = [ROOT / "LICENSE", ROOT / "LICENSE-TEXT"]
    with zipfile.ZipFile(folder / "course.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in notebooks:
            add(archive, path.name, path.read_bytes())
        for path in [*package, *licences]:
            add(archive, path.relative_to(ROOT).as_posix(), path.read_bytes())
        add(archive, "requirements.txt", requirements().encode())
        add(archive, "README.txt", README[edition(app)].encode())


IMAGE = r'<img (?![^>]*class="only-dark")[^>]*src="[^"]*_images/[^>]*>'


def offer_figures(out):
    """All figures in one archive, named by chapter and order, with a list of what they show."""
    contents = []
    with zipfile.ZipFile(out / "downloads" / "figures.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for page in sorted(out.glob("chapters/*.html")):
            for number, (source, said) in enumerate(pictures(page).items(), 1):
                name = f"{page.stem}-{number:02}.png"
                add(archive, name, (page.parent / source).read_bytes())
                contents.append(f"{name}\t{said}\n")
        add(archive, "figures.txt", "".join(contents).encode())
        add(archive, "LICENSE-TEXT", (ROOT / "LICENSE-TEXT").read_bytes())


def pictures(page):
    """{file: what it shows} of a finished page: a picture of several panels stands there several times."""
    found = {}
    for image in re.findall(IMAGE, page.read_text("utf-8")):
        about = {key: html.unescape(value) for key, value in re.findall(r'(src|alt)="([^"]*)"', image)}
        found[about["src"]] = " ".join(filter(None, [found.get(about["src"]), about["alt"]]))
    return found


def add(archive, name, content):
    """The same bytes whenever it is built."""
    entry = zipfile.ZipInfo(f"{Path(archive.filename).stem}/{name}", (2026, 1, 1, 0, 0, 0))
    entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def requirements():
    """What the package needs, and JupyterLab."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return "\n".join([*project["dependencies"], "jupyterlab", ""])


README = {
    "zh": """从梯度下降到 Adam：全部笔记本

需要 Python 3.11 或更新的版本。在本文件夹里运行：

    python -m pip install -r requirements.txt
    jupyter lab

再打开任意一个 .ipynb 文件。课程用的包 gdcourse 就在旁边，不用另外安装。
代码用 MIT 许可，文字与图用 CC BY 4.0，见 LICENSE 和 LICENSE-TEXT。
""",
    "en": """From Gradient Descent to Adam: all notebooks

You need Python 3.11 or newer.  In this folder, run

    python -m pip install -r requirements.txt
    jupyter lab

and open any of the .ipynb files.  The course's package, gdcourse, lies beside
them and needs no installation.  Code is under the MIT licence, text and
figures under CC BY 4.0; see LICENSE and LICENSE-TEXT.
""",
}


# --- for search engines -----------------------------------------------------


def write_sitemap(app, out):
    """Only a published site has addresses that can be listed."""
    base = published() + ("/en" if app.config.language == "en" else "")
    if not published():
        return
    pages = sorted(page for page in app.env.found_docs if page not in NOT_TEXT)
    links = "".join(f"<url><loc>{base}/{page}.html</loc></url>\n" for page in pages)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    (out / "sitemap.xml").write_text(f"{head}{links}</urlset>\n", "utf-8")
    if app.config.language != "en":
        maps = f"Sitemap: {published()}/sitemap.xml\nSitemap: {published()}/en/sitemap.xml\n"
        (out / "robots.txt").write_text(f"User-agent: *\nAllow: /\n{maps}", "utf-8")
