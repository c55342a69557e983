"""Make the Chinese font of the figures out of Debian's fonts-noto-cjk.

    python3 tools/font.py

Run when a character is missing: a test says so.  The font is cut in an
environment made for it and thrown away; the README beside it gets the versions
and the checksum.  Both are committed.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

NEEDS = ("fonttools==4.68.0", "opencc-python-reimplemented==0.1.7")
SOURCE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
ROOT = Path(__file__).parents[1]
HOME = ROOT / "gdcourse/fonts"
TARGET = HOME / "CourseSansSC-Regular.otf"
FAMILY = "Course Sans SC"


def main():
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", *NEEDS], check=True)
        subprocess.run([python, __file__, "cut"], check=True)
    describe()


def characters():
    """GB 2312 level 1 with its symbols, Latin, Greek, mathematics, and the Chinese of the course and its field.

    That also in traditional characters: a label with $…$ knows no other font.
    """
    from opencc import OpenCC

    rows = [*range(1, 10), *range(16, 56)]
    hanzi = [bytes([0xA0 + row, 0xA0 + cell]).decode("gb2312", "ignore") for row in rows for cell in range(1, 95)]
    ranges = [(0x20, 0x17F), (0x370, 0x3FF), (0x2000, 0x206F), (0x2070, 0x209F), (0x2190, 0x21FF), (0x2200, 0x22FF)]
    signs = [chr(c) for first, last in ranges for c in range(first, last + 1)]
    ours = [*ROOT.glob("source/*.*"), *ROOT.glob("gdcourse/**/*.py"), *ROOT.glob("gdcourse/**/*.json")]
    written = "".join(path.read_text("utf-8") for path in [*ours, HOME / "words.txt"])
    traditional = [OpenCC(f"s2{variant}").convert(written) for variant in ("t", "tw", "twp", "hk")]
    chinese = re.findall("[\u3400-\u9fff]", "".join([written, *traditional]))
    return {*"".join(hanzi), *signs, *chinese}


def cut():
    from fontTools import subset
    from fontTools.ttLib import TTCollection

    font = next(f for f in TTCollection(SOURCE).fonts if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    options = subset.Options(layout_features=["kern"], hinting=False, desubroutinize=False, notdef_outline=True)
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GDEF", "GSUB", "GPOS"]
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(characters()))
    cutter.subset(font)
    # The OFL asks that a changed font has a name of its own.
    names = {1: FAMILY, 2: "Regular", 3: "CourseSansSC-Regular;1", 4: FAMILY, 6: "CourseSansSC-Regular", 16: FAMILY}
    for record in list(font["name"].names):
        if record.nameID in names and record.langID == 0x409:
            record.string = names[record.nameID]
        elif record.nameID not in (0, 13, 14):
            font["name"].removeNames(record.nameID, record.platformID, record.platEncID, record.langID)
    cff = font["CFF "].cff
    cff.fontNames = [names[6]]
    cff.topDictIndex[0].FullName = cff.topDictIndex[0].FamilyName = FAMILY
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1e6:.2f} MB, {len(font.getGlyphOrder())} glyphs")


def describe():
    """What the README says of the file: where it comes from, by what, and its checksum."""
    debian = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Version}", "fonts-noto-cjk"],
        capture_output=True,
        text=True,
        check=True,
    )
    facts = {
        r"(?<=fonts-noto-cjk )[^,]+(?=,)": debian.stdout,
        r"(?<=Cut with: ).+": ", ".join(NEEDS),
        r"(?<=\.otf: )\w+": hashlib.sha256(TARGET.read_bytes()).hexdigest(),
    }
    text = (HOME / "README.md").read_text("utf-8")
    for place, fact in facts.items():
        text, found = re.subn(place, fact, text)
        assert found == 1, f"README.md has no place for {fact}"
    (HOME / "README.md").write_text(text, "utf-8")


if __name__ == "__main__":
    cut() if sys.argv[1:] == ["cut"] else main()
