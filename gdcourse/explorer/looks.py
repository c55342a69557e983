"""How rules look in the explorer: the registry's looks, in the words of a page."""

from gdcourse import rules

DASHES = {"-": [], "--": [7, 4], "-.": [7, 3, 2, 3], ":": [2, 3]}  # line style → px of line and gap


def table():
    """Rule → ``{"light": colour, "dark": colour, "dash": […]}``, in the order in which free ones are handed out."""
    return {
        name: {"light": look.light, "dark": look.dark, "dash": DASHES[look.dash]} for name, look in rules.LOOKS.items()
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
