// What stays: {code: {id: text}, solved: {id: true}, pages: {page: ids}}, for both languages together.

const isText = (value) => typeof value === "string";

// what is of another kind than we wrote is left out
const entries = (record, fits) =>
  Object.fromEntries(Object.entries(record && typeof record === "object" ? record : {}).filter(([, value]) => fits(value)));

/** What the browser has of us, as far as it makes sense; null if it has nothing, or keeps nothing. */
function stored() {
  try {
    const { code, solved, pages } = JSON.parse(localStorage.getItem("gdcourse"));
    return {
      code: entries(code, isText),
      solved: entries(solved, (value) => value === true),
      pages: entries(pages, (value) => Array.isArray(value) && value.every(isText)),
    };
  } catch {
    return null;
  }
}

export const kept = {
  value: { code: {}, solved: {}, pages: {} },
  saved: true, // false in a browser that is full, or keeps nothing: then all lasts as long as the page
  listeners: [], // called after each change

  change(edit) {
    if (this.saved) this.value = stored() ?? this.value; // another tab may have written
    edit(this.value);
    try {
      localStorage.setItem("gdcourse", JSON.stringify(this.value));
      this.saved = localStorage instanceof Storage; // (a page whose storage fails has a stand-in: polish.py)
    } catch {
      this.saved = false;
    }
    for (const listener of this.listeners) listener();
  },

  solve(id) {
    this.change((all) => (all.solved[id] = true));
  },

  /** [done, all] of a page's questions and exercises. */
  share(page) {
    const all = this.value.pages[page] ?? [];
    return [all.filter((id) => this.value.solved[id]).length, all.length];
  },
};
