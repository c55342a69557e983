// Brings the page's explorers to life when the reader comes near, the compact ones when they are touched; until
// then, without JavaScript, and in a browser too old, their picture stands there.

(() => {
  const WORDS = {
    zh: {
      late: "图没能动起来：这台设备算第一场比赛用了 {seconds} 秒以上。可能只是正忙。",
      broken: "图没能动起来：没能取来 Python 或作图的程序。请检查网络后再试。",
      again: "再试一次",
      old: "要让这张图动起来，请用较新的浏览器（Chrome 98、Firefox 114、Safari 16 起），或者下载本页的笔记本。",
    },
    en: {
      late: "The figure did not come alive: its first race took this device more than {seconds} seconds. It may only be busy.",
      broken: "The figure did not come alive: Python or the drawing could not be fetched. Try again when you are online.",
      again: "Try again",
      old: "This figure comes alive in a newer browser (Chrome 98, Firefox 114, Safari 16 or later), and in the notebook.",
    },
  }[document.documentElement.lang.slice(0, 2)];
  const places = [...document.querySelectorAll(".gd-explorer")].filter((el) => el.querySelector(":scope > script"));
  const home = new URL("explorer/", document.currentScript.src);
  const ANSWERS = "gdcourse.explorer.answers"; // the module of Python that is asked
  let script; // a promise: explorer.js is fetched once
  let python;

  // What a reader wrote, or a link brought, runs in a Python of its own: it might change what others stand on.
  const GUESTS = 4;
  const guests = new Map(); // text of the rule: its Python
  const written = ({ racer, racers = racer ? [racer] : [], text }) => text ?? racers.find((racer) => racer.source && !racer.elementwise)?.source;
  const pythonFor = (source) => {
    if (source === undefined) return python;
    const guest = guests.get(source) ?? new CoursePython(["course.json"]);
    guests.delete(source);
    guests.set(source, guest);
    const [oldest] = guests.keys();
    if (guests.size > GUESTS) {
      guests.get(oldest).stop();
      guests.delete(oldest);
    }
    return guest;
  };

  const fetched = () =>
    (script ??= new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = new URL("explorer.js", home);
      const failed = () => {
        script = null; // the next try fetches anew
        reject(new Error(element.src));
      };
      element.onload = () => (window.gdExplorer ? resolve(window.gdExplorer) : failed());
      element.onerror = failed;
      document.head.append(element);
    }));

  // ?explorer=2~… is the state of the second one, as its reader shared it
  const [, wanted, packed] = /^(\d+)~([\w-]*)$/.exec(new URLSearchParams(location.search).get("explorer") ?? "") ?? [];
  const pack = (state) => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(state)))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""); // prettier-ignore
  const unpack = (text) => {
    try {
      return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0))));
    } catch {
      return null; // half a link: the explorer as it is
    }
  };
  const link = (number) => (state) => {
    const address = new URL(location.href);
    address.search = `?explorer=${number}~${pack(state)}`;
    address.hash = `explorer-${number}`;
    return address.href;
  };

  // answers.text: a line of JSON, and a line for each of the numbers' rows that it names
  const read = (text) => {
    const [answer, ...lines] = text.split("\n");
    return JSON.parse(answer, (name, value) => (name === "rows" && typeof value === "number" ? lines[value - 1] : value));
  };

  const offerAnother = (el, text) => {
    const said = document.createElement("p");
    const button = document.createElement("button");
    said.className = "gx-again";
    button.type = "button";
    button.textContent = WORDS.again;
    button.addEventListener("click", () => {
      said.remove();
      delete el.dataset.alive;
      enliven(el);
    });
    said.append(text, " ", button);
    el.append(said);
  };

  const PATIENCE = 10; // seconds for what we wrote, which ends on the slowest phone
  const enliven = async (el, shared = null, touched = undefined) => {
    const number = places.indexOf(el) + 1;
    const picture = [...el.children];
    python ??= new CoursePython(["course.json"]); // no exercises
    // Python and the drawing are fetched at the same time
    const spec = JSON.parse(el.querySelector(":scope > script").textContent);
    const warm = python.call(ANSWERS, "text", { call: "run", args: { problem: { surface: "bowl" }, racers: [] } }, { seconds: PATIENCE }).catch(() => {});
    let limit; // seconds for what the reader writes: twice what the first race took
    const ask = async (call, args) => {
      const source = written(args);
      const seconds = source === undefined ? PATIENCE : (limit ?? PATIENCE);
      const began = performance.now();
      try {
        const answer = read(await pythonFor(source).call(ANSWERS, "text", { call, args }, { seconds }));
        limit ??= Math.max(2, Math.ceil((2 * (performance.now() - began)) / 1000));
        return answer;
      } catch (error) {
        throw Object.assign(error, { seconds });
      }
    };
    try {
      const { render, common } = await fetched();
      await warm;
      const known = { spec, common };
      const model = {
        get: (name) => known[name],
        ask,
        link: link(number),
        shared,
        touched,
        kept: keeperOf(el),
      };
      await render({ model, el });
      el.dataset.alive = "true";
    } catch (error) {
      el.replaceChildren(...picture);
      if (shared) return enliven(el); // what the link tells cannot be: the explorer as it is
      el.dataset.alive = "no";
      offerAnother(el, (error.name === "Late" ? WORDS.late : WORDS.broken).replace("{seconds}", error.seconds));
      console.info("explorer:", error);
    }
  };

  // A board is kept in this browser, for both languages together; where that has no room, it lasts as long as the page.
  const keeperOf = ({ dataset: { kept: name } }) =>
    name && {
      read: () => {
        try {
          return localStorage.getItem(name);
        } catch {
          return null;
        }
      },
      write: (text) => {
        try {
          localStorage.setItem(name, text);
          return localStorage instanceof Storage; // (a page whose storage fails has a stand-in: polish.py)
        } catch {
          return false;
        }
      },
    };

  // What a hand does to a compact one is kept, from its first touch on, until the living figure can do it.
  const TOUCHES = ["pointerdown", "pointermove", "pointerup", "pointercancel", "click", "keydown", "input", "change", "focusin"];
  const awaitTouch = (el) => {
    const events = [];
    const touched = () => {
      for (const type of TOUCHES) el.removeEventListener(type, note);
      return events.filter(({ type }, i) => type !== "pointermove" || events[i + 1]?.type !== type);
    };
    const note = (event) => {
      if (event.type === "pointerdown") event.target.closest(".gx-handle")?.setPointerCapture(event.pointerId);
      if (event.type === "pointermove" && !event.buttons) return; // only passing by
      if (events.push(event) === 1) enliven(el, null, touched);
    };
    for (const type of TOUCHES) el.addEventListener(type, note);
    for (const part of el.querySelectorAll("[data-waits]")) part.style.visibility = "";
    const said = el.querySelector(".gx-note");
    said.textContent = said.dataset.hint;
  };
  const isCompact = (el) => el.querySelector(":scope > .gx-compact");

  const arrived = (el) => {
    near.unobserve(el);
    enliven(el, el === places[wanted - 1] ? unpack(packed) : null);
  };
  const near = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => arrived(entry.target)),
    { rootMargin: "100px 0px" },
  );
  const able = window.CoursePython && typeof structuredClone === "function";
  places.forEach((el, i) => {
    el.id ||= `explorer-${i + 1}`;
    if (able && isCompact(el) && i !== wanted - 1 && !keeperOf(el)?.read()) awaitTouch(el);
    else if (able) near.observe(el);
    else el.querySelector(".gx-note").textContent = WORDS.old;
  });
  if (wanted) places[wanted - 1]?.scrollIntoView();
})();
