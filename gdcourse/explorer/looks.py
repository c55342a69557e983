"""How rules look in the explorer, derived from the course's one table of looks."""

from gdcourse.plotting import LOOKS

DASHES = {"-": [], "--": [7, 4], "-.": [7, 3, 2, 3]}  # line style → px of line and gap
# Okabe and Ito's colours → lighter ones for a dark page
ON_DARK = {
    "#0072B2": "#4aa8e0",
    "#D55E00": "#ff8c3a",
    "#009E73": "#2fc79a",
    "#CC79A7": "#e29cc4",
    "#E69F00": "#f0b429",
    "#56B4E9": "#8ad0f5",
    "#555555": "#b8bdc2",
}


def table():
    """Rule → ``{"light": colour, "dark": colour, "dash": […]}``, in the order in which free ones are handed out."""
    return {
        rule: {"light": colour, "dark": ON_DARK[colour], "dash": DASHES[style]}
        for rule, (colour, style) in LOOKS.items()
    }


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
