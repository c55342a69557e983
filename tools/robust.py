"""Try each claim in all its settings; `python3 course.py trials` calls this.

    python tools/robust.py             run what is not kept yet, or was run with other code
    python tools/robust.py G8 A7       only these
    python tools/robust.py --all       run everything anew
    python tools/robust.py --table     run nothing, print the table of all claims

A trial is one function in ``tools/trials/``; its table is kept in
``source/trials/`` as soon as it is complete, so that a run that was stopped goes
on from there.
"""

import argparse
import sys
import time

from claims import load_claims
from tqdm import tqdm
from trials import TRIALS, verdict
from trials.printed import percent, words


def run(trial):
    """All settings of one claim, with a bar in a terminal."""
    begin = time.process_time()
    margins = [trial.run(setting) for setting in tqdm(trial.settings, desc=trial.claim, disable=None, leave=False)]
    trial.keep(margins, time.process_time() - begin)


def row(key, claim):
    """A line of the table: kind, share, the verdict that the rule gives, where it turns round."""
    if key not in TRIALS:
        return f"{key:4} {claim.get('kind', '–'):7} {'':>12} {'':5} {claim['verdict']:12} no sweep: {reason(key)}"
    table = TRIALS[key].table
    if table is None:
        return f"{key:4} {claim['kind']:7} not run yet"
    given = "not settled" if key in words()["beyond"] else verdict(claim["kind"], table.share)
    marks = [] if claim["verdict"] == given else [f"the page says: {claim['verdict']}"]
    marks += [] if table.current else ["run with other code"]
    marks += [f"{axis} {spaced(yes)} | {spaced(no)}" for axis, yes, no in table.turns()]
    held, share = f"{table.held}/{len(table.margins)}", percent(table.share, "en")
    return f"{key:4} {claim['kind']:7} {held:>12} {share:>5} {given:12} {'; '.join(marks)}"


def spaced(values):
    return " ".join(map(str, values))


def reason(key):
    return words()["no sweep"][key]["en"]


def table(names):
    claims = load_claims()
    lines = [
        row(key, claim) for key, claim in claims.items() if claim["verdict"] != "slip" and (not names or key in names)
    ]
    kept = [trial.table for trial in TRIALS.values() if trial.table]
    took = (
        f"{len(kept)} claims, {sum(len(t.margins) for t in kept)} settings, {sum(t.seconds for t in kept):.0f} s to run"
    )
    return "\n".join([*lines, *([] if names else [took])])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--all", action="store_true", help="also what is kept and current")
    parser.add_argument("--table", action="store_true", help="run nothing")
    parser.add_argument("claims", nargs="*", metavar="CLAIM")
    options = parser.parse_args()
    if unknown := [name for name in options.claims if name not in load_claims()]:
        parser.error(f"there is no claim {', '.join(unknown)} in source/claims.yml")
    if not options.table:
        chosen = [trial for key, trial in TRIALS.items() if key in options.claims or not options.claims]
        for trial in tqdm(chosen, desc="claims", disable=None):
            if options.all or options.claims or not (trial.table and trial.table.current):
                run(trial)
    print(table(options.claims))
    return 0


if __name__ == "__main__":
    sys.exit(main())
