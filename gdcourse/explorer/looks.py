"""How rules look in the explorer: the registry's looks, in the words of a page."""

from gdcourse import rules

GROUNDS = {"light": "#ffffff", "dark": "#14181c"}  # as in explorer.css
CONTRAST = 4.5  # of a text with its ground (WCAG 2, AA)

DASHES = {"-": [], "--": [7, 4], "-.": [7, 3, 2, 3], ":": [2, 3]}  # line style → px of line and gap


def table():
    """Rule → ``{"light": colour, "dark": colour, "text": [for each], "dash": […]}``, the first free one first."""
    return {
        name: {
            "light": look.light,
            "dark": look.dark,
            "text": [readable(look.light, "light"), readable(look.dark, "dark")],
            "dash": DASHES[look.dash],
        }
        for name, look in rules.LOOKS.items()
    }


def readable(colour, ground):
    """The colour, so much darker or brighter that a name in it can be read on its ground."""
    end = 0 if ground == "light" else 255
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    for share in range(101):
        mixed = "#" + "".join(f"{round(part + (end - part) * share / 100):02x}" for part in parts)
        if contrast(mixed, GROUNDS[ground]) >= CONTRAST:
            return mixed


def contrast(one, other):
    """Of two colours, as WCAG 2 counts it: 1 to 21."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def assigned(racers, known):
    """The look of each racer: its rule's own, or the first that is free (as ``racers.js`` has it when they change)."""
    taken, out = [], []
    for racer in racers:
        name = racer["rule"]
        if name not in known or name in taken:
            name = next(free for free in known if free not in taken)
        taken.append(name)
        out.append(known[name])
    return out
