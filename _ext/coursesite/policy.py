"""The Content-Security-Policy of every page: the browser itself refuses what would go to another host.

A policy in the page binds its worker only if that starts from a blob, as
assets/engine.js does.
"""

import base64
import hashlib
import re
from pathlib import Path

from .patches import mend

RULES = {
    "default-src": "'self'",
    # MicroPython is WebAssembly; the scripts that stand in the page are named by their hashes
    "script-src": "'self' 'wasm-unsafe-eval'",
    "worker-src": "blob:",
    "connect-src": "'self' blob: data:",
    "img-src": "'self' data: blob:",
    # formulas and figures have style attributes
    "style-src": "'self' 'unsafe-inline'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
# JSON and the like are no scripts
INLINE = r'<script(?![^>]*\bsrc=)(?![^>]*\btype="(?!module")[^"]*")[^>]*>(.*?)</script>'


def policy(html):
    """What this page may do, with the hashes of its own scripts."""
    hashes = sorted({hash_of(script) for script in re.findall(INLINE, html, re.S)})
    rules = RULES | {"script-src": " ".join([RULES["script-src"], *hashes])}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def hash_of(script):
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def guarded(html):
    """The finished page with its policy, before all that the policy is to bind; to be called last."""
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy(html)}">'
    found = re.search(r'<meta charset="utf-8"\s*/?>', html)
    if not found:
        raise ValueError("a page without <meta charset> at its head has no place for its Content-Security-Policy")
    return f"{html[: found.end()]}\n{tag}{html[found.end() :]}"


def count_without_eval(app, exception):
    """Sphinx makes a function of a language's plural rule, a text, which the policy forbids; Chinese has one form."""
    if exception or app.builder.format != "html":
        return
    mend(Path(app.outdir, "_static", "doctools.js"), (r"new Function\([^;]*;", "() => 0;"))
