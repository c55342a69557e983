// Self-check on the page: questions, exercises with an editor, and how far the reader has come.
//
// Without this script the questions are choices that unfold, and the exercises
// are listings.  Verdicts come from gdcourse/exercises/page.py, by engine.js.

(() => {
  const WORDS = {
    zh: {
      code: "你的代码", check: "检查", hint: "提示", solution: "答案", again: "重来",
      keys: "Tab 缩进，Ctrl+Enter 检查；要用 Tab 离开编辑框，先按 Esc。",
      wait: "正在检查……第一次要先取来 Python（约 260 KB）。",
      crashed: "这段代码让页面里的 Python 停止了工作。再检查一次会另开一个；总是这样的话，请下载本页的笔记本，在 Jupyter 里做。",
      broken: "没能取来 Python。请检查网络后再试；也可以下载本页的笔记本，在 Jupyter 里做。",
      discard: "放弃你写的代码，回到题目原来的样子？",
      number: "你的答案", unknown: "不对，但也不是常见的错。把算式写下来，再算一遍。", notNumber: "请输入一个数，例如 0.25 或 1e-3。",
      done: (n, all) => `自测完成 ${n}/${all}`, saved: "进度和代码只存在这台设备的浏览器里。",
      unsaved: "浏览器存不下进度和代码，关掉本页就没有了：要留的代码请先复制出来。",
      old: "在网页里检查代码要用较新的浏览器（Chrome 98、Firefox 114、Safari 16 起）；也可以下载本页的笔记本来做。",
      forget: "清除全部进度", sure: "清除全部章节的进度和你写的代码？这不能撤销。", lines: "参考写法",
    },
    en: {
      code: "Your code", check: "Check", hint: "Hint", solution: "Solution", again: "Start again",
      keys: "Tab indents, Ctrl+Enter checks; to leave the editor by Tab, press Esc first.",
      wait: "Checking … the first time Python has to be fetched (about 260 KB).",
      crashed: "This code brought the page's Python down. Checking again starts another; if it keeps happening, download this notebook and work in Jupyter.",
      broken: "Python could not be fetched. Try again when you are online, or download this notebook and work in Jupyter.",
      discard: "Discard your code and start from the stub again?",
      number: "Your answer", unknown: "Not right, and not one of the common mistakes. Write the calculation down and do it once more.", notNumber: "Please enter a number, such as 0.25 or 1e-3.",
      done: (n, all) => `Self-check: ${n}/${all} done`, saved: "Progress and code are kept in this browser only.",
      unsaved: "The browser cannot store progress and code, and closing this page loses them: copy what you want to keep.",
      old: "Checking code in the page needs a newer browser (Chrome 98, Firefox 114, Safari 16 or later); or download this notebook and work there.",
      forget: "Clear all progress", sure: "Clear the progress of all chapters, and the code you wrote? This cannot be undone.", lines: "The reference",
    },
  }[document.documentElement.lang.slice(0, 2)];

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  // --- what stays: {code: {id: text}, solved: {id: true}, pages: {page: ids}}, for both languages together

  // what is of another kind than we wrote is left out
  const entries = (record, fits) =>
    Object.fromEntries(Object.entries(record && typeof record === "object" ? record : {}).filter(([, value]) => fits(value)));
  const isText = (value) => typeof value === "string";
  const stored = () => {
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
  };

  const kept = {
    value: { code: {}, solved: {}, pages: {} },
    saved: true, // false in a browser that is full, or keeps nothing: then all lasts as long as the page
    change(edit) {
      if (this.saved) this.value = stored() ?? this.value; // another tab may have written
      edit(this.value);
      try {
        localStorage.setItem("gdcourse", JSON.stringify(this.value));
        this.saved = localStorage instanceof Storage; // (a page whose storage fails has a stand-in: polish.py)
      } catch {
        this.saved = false;
      }
      storing.textContent = this.saved ? WORDS.saved : WORDS.unsaved;
    },
  };

  const questions = [...document.querySelectorAll(".question[id]")];
  const cells = [...document.querySelectorAll(".cell.tag_exercise")];
  const idOf = (cell) => /gd\.check\("(\w+)"/.exec(cell.querySelector("pre").textContent)[1];
  const ids = [...questions.map((question) => question.id), ...cells.map(idOf)];
  const here = location.pathname.split("/").pop().replace(".html", "");

  // --- progress

  const lastOf = (list) => list[list.length - 1];
  const titled = (element) => {
    const section = element.closest("section");
    return section.querySelector(":scope > h2") ? section : titled(section.parentElement);
  };
  const home = cells.length ? titled(lastOf(cells)) : lastOf(questions).closest("section");
  const mark = element("a", { class: "progress-mark", href: `#${home.id}` });
  const count = element("span");
  const storing = element("span");
  const forget = element("button", { type: "button", class: "quiet" }, WORDS.forget);

  const share = (page) => {
    const all = kept.value.pages[page] ?? [];
    return [all.filter((id) => kept.value.solved[id]).length, all.length];
  };

  const showProgress = () => {
    const [done, all] = share(here);
    mark.textContent = `${done}/${all}`;
    mark.setAttribute("aria-label", WORDS.done(done, all));
    count.textContent = `${WORDS.done(done, all)}${document.documentElement.lang.startsWith("zh") ? "。" : ". "}`;
    questions.forEach((question) => question.classList.toggle("solved", question.id in kept.value.solved));
    document.querySelectorAll(".bd-sidebar-primary a.reference.internal").forEach((link) => {
      const page = link.pathname.split("/").pop().replace(".html", "") || here;
      const [done, all] = share(page);
      link.querySelector(".progress-mark")?.remove();
      if (done) link.append(element("span", { class: "progress-mark" }, `${done}/${all}`));
    });
  };

  const solved = (id) => {
    kept.change((all) => (all.solved[id] = true));
    showProgress();
  };

  forget.addEventListener("click", () => {
    if (!confirm(WORDS.sure)) return;
    kept.change((all) => Object.assign(all, { code: {}, solved: {} }));
    dispatchEvent(new Event("course:forget"));
    showProgress();
  });

  // --- questions: one opens a choice, or enters a number that finds its choice

  const numberIn = (text) => {
    const plain = text.normalize("NFKC").trim().replace(/[−–—]/g, "-").replace(/[,。]/g, ".");
    return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  };

  const askForNumber = (question) => {
    const choices = [...question.querySelectorAll("details")];
    choices.forEach((choice) => (choice.firstElementChild.textContent = choice.textContent.replace(/^\w\. (\S+)[^]*/, "$1")));
    const values = choices.map((choice) => numberIn(choice.firstElementChild.textContent));
    const input = element("input", { autocomplete: "off", autocapitalize: "off", spellcheck: "false", size: "9" });
    const output = element("output", { "aria-live": "polite" });
    const form = element("form", {}, element("label", {}, `${WORDS.number} `, input), element("button", {}, WORDS.check), output);
    choices[0].before(form);
    choices.forEach((choice) => choice.remove());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = numberIn(input.value);
      const found = values.findIndex((value) => Math.abs(given - value) <= 0.01 * Math.abs(value) + 1e-12);
      choices.forEach((choice) => (choice.open = true));
      output.replaceChildren(found < 0 ? (Number.isNaN(given) ? WORDS.notNumber : WORDS.unknown) : choices[found]);
      if (choices[found]?.classList.contains("right")) solved(question.id);
    });
  };

  questions.forEach((question) => {
    if (question.classList.contains("value")) askForNumber(question);
    question.querySelector("details.right > summary")?.addEventListener("click", () => solved(question.id));
  });

  // --- exercises

  const PAGE = "gdcourse.exercises.page";
  const SECONDS = 5; // a phone is slower than what a notebook runs on
  const MOST = 1000; // numbered lines: whatever is pasted, the page lives on
  let python;
  const ask = (name, entries) => (python ??= new CoursePython()).call(PAGE, name, entries, { seconds: SECONDS });

  const verdictOn = async (id, source) => {
    try {
      return await ask("check", { id, source });
    } catch (error) {
      if (error.name === "Late") return ask("late", { id, seconds: SECONDS });
      throw error;
    }
  };

  // Tab and Enter as in an editor; insertText keeps the browser's undo.
  const keys = (area, check) => {
    let leaving = false;
    const insert = (text) => document.execCommand("insertText", false, text);
    area.addEventListener("blur", () => (leaving = false));
    area.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const before = area.value.slice(0, area.selectionStart);
      const line = before.slice(before.lastIndexOf("\n") + 1);
      const tab = event.key === "Tab" || event.code === "Tab"; // with Shift, some systems call the key "Unidentified"
      if (event.key === "Escape") leaving = true;
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) check();
      else if (event.key === "Enter") insert(`\n${/^ */.exec(line)[0]}${/:\s*(#.*)?$/.test(line) ? "    " : ""}`);
      else if (tab && !leaving && event.shiftKey) {
        const start = before.length - line.length;
        const spaces = /^ {0,4}/.exec(area.value.slice(start))[0].length;
        if (!spaces) return; // nothing to take back: let the reader go
        area.setSelectionRange(start, start + spaces);
        document.execCommand("delete");
        area.setSelectionRange(before.length - spaces, before.length - spaces);
      } else if (tab && !leaving) insert(" ".repeat(4 - (line.length % 4)));
      else return;
      if (event.key !== "Escape") event.preventDefault();
    });
  };

  const exercise = (cell) => {
    const id = idOf(cell);
    const stub = cell.querySelector("pre").textContent.replace(/\n*gd\.check\(.*\)\s*$/, "");
    const area = element("textarea", {
      id: `code-${id}`, wrap: "off", spellcheck: "false", autocomplete: "off", autocapitalize: "off", autocorrect: "off",
      "aria-describedby": `keys-${id}`,
    });
    const numbers = element("div", { class: "numbers", "aria-hidden": "true" });
    const status = element("div", { class: "verdict", role: "status" });
    let level = 0;
    let tried = false;
    let asked = false;
    let busy = false;

    const drawNumbers = (wrong) => {
      const lines = Math.min(MOST, area.value.split("\n").length);
      area.rows = Math.max(4, lines);
      numbers.replaceChildren(...Array.from({ length: lines }, (_, i) => element(i + 1 === wrong ? "mark" : "span", {}, `${i + 1}\n`)));
    };
    const say = (kind, sign, [first, ...rest]) => {
      status.className = `verdict ${kind}`;
      const head = element("p", {}, element("strong", { class: "sign" }, sign), " ", element("strong", {}, first));
      status.replaceChildren(head, ...rest.map((line) => element("p", {}, line)));
    };
    // one thing at a time, and a word when Python cannot come
    const during = (work) => async () => {
      if (busy) return;
      busy = true;
      say("waiting", "…", [WORDS.wait]);
      try {
        await work();
      } catch (error) {
        say("error", "!", error.name === "LoadError" ? [WORDS.broken] : [WORDS.crashed, error.message]);
      }
      busy = false;
    };

    const check = during(async () => {
      const verdict = await verdictOn(id, area.value);
      say(verdict.kind, verdict.sign, verdict.lines);
      status.dataset.id = verdict.id;
      drawNumbers(verdict.line);
      if (verdict.kind === "pass") solved(id);
      tried ||= verdict.kind !== "todo";
    });
    const hint = during(async () => {
      const { kind, sign, lines } = await ask("hint", { id, level: ++level });
      say(kind, sign, lines);
    });
    const solution = during(async () => {
      if (tried || asked || kept.value.solved[id]) {
        const source = await ask("solution", { id });
        say("note", "→", [WORDS.lines]);
        status.append(element("pre", { tabindex: "0" }, source));
      } else {
        const { kind, sign, lines } = await ask("not_yet", { id });
        say(kind, sign, lines);
      }
      asked = true;
    });
    const restore = () => {
      area.value = kept.value.code[id] ?? stub;
      status.replaceChildren();
      status.className = "verdict";
      drawNumbers();
    };
    const again = () => {
      if (area.value !== stub && !confirm(WORDS.discard)) return;
      kept.change((all) => delete all.code[id]);
      restore();
      area.focus();
    };

    area.addEventListener("input", () => {
      kept.change((all) => (all.code[id] = area.value));
      drawNumbers();
    });
    area.addEventListener("scroll", () => (numbers.scrollTop = area.scrollTop));
    addEventListener("course:forget", restore);
    keys(area, check);
    restore();

    const button = (name, work) => {
      const made = element("button", { type: "button", class: name }, WORDS[name]);
      made.addEventListener("click", work);
      return made;
    };
    const bar = element("div", { class: "buttons" }, button("check", check), button("hint", hint), button("solution", solution), button("again", again));
    cell.classList.add("enhanced");
    const editor = element("div", { class: "editor" }, numbers, area);
    const help = element("p", { class: "keys", id: `keys-${id}` }, WORDS.keys);
    cell.append(element("div", { class: "exercise" }, element("label", { for: area.id }, WORDS.code), editor, help, bar, status));
  };

  const able = window.CoursePython && typeof structuredClone === "function";
  kept.change((all) => (all.pages[here] = ids));
  if (able) cells.forEach(exercise);
  else cells.forEach((cell) => cell.append(element("p", { class: "too-old" }, WORDS.old)));
  home.querySelector("h2").after(element("p", { class: "course-progress" }, count, storing, " ", forget));
  document.querySelector(".header-article-items__end")?.prepend(mark);
  showProgress();
})();
