"""Cut the Chinese font of the figures out of Debian's fonts-noto-cjk.

    pip install fonttools && python tools/font.py

Run only when the set of characters changes; the result is committed.
"""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

SOURCE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
ROOT = Path(__file__).parents[1]
TARGET = ROOT / "gdcourse/fonts/CourseSansSC-Regular.otf"
FAMILY = "Course Sans SC"


def characters():
    """GB 2312 level 1 with its symbols, Latin, Greek, signs of mathematics, and what the course uses."""
    rows = [*range(1, 10), *range(16, 56)]
    hanzi = [bytes([0xA0 + row, 0xA0 + cell]).decode("gb2312", "ignore") for row in rows for cell in range(1, 95)]
    ranges = [(0x20, 0x17F), (0x370, 0x3FF), (0x2000, 0x206F), (0x2070, 0x209F), (0x2190, 0x21FF), (0x2200, 0x22FF)]
    written = [path.read_text("utf-8") for path in [*ROOT.glob("source/*"), *ROOT.glob("gdcourse/**/*.py")]]
    return set("".join(hanzi + written)) | {chr(c) for first, last in ranges for c in range(first, last + 1)}


def main():
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
    TARGET.parent.mkdir(exist_ok=True)
    font.save(TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1e6:.2f} MB, {len(font.getGlyphOrder())} glyphs")


if __name__ == "__main__":
    main()
