// Brings the page's explorers to life when the reader comes near; until then,
// and without JavaScript, their picture stands there.

(() => {
  const places = [...document.querySelectorAll(".gd-explorer:has(> script)")];
  const home = new URL("explorer/", document.currentScript.src);
  let script; // a promise: explorer.js is fetched once
  let python;

  // What a reader wrote, or a link brought, runs in a Python of its own: it might change what others stand on.
  const GUESTS = 4;
  const guests = new Map(); // text of the rule: its Python
  const pythonFor = ({ racers = [], text }) => {
    const source = text ?? racers.find((racer) => racer.source && !racer.elementwise)?.source;
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
      element.onload = () => resolve(window.gdExplorer);
      element.onerror = () => reject(new Error(element.src));
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

  // page.text: a line of JSON, and a line for each of the numbers' rows that it names
  const read = (text) => {
    const [answer, ...lines] = text.split("\n");
    return JSON.parse(answer, (name, value) => (name === "rows" && typeof value === "number" ? lines[value - 1] : value));
  };

  const enliven = async (el) => {
    near.unobserve(el);
    const number = places.indexOf(el) + 1;
    python ??= new CoursePython(["course.json"]); // no exercises
    // Python and the drawing are fetched at the same time
    const spec = JSON.parse(el.querySelector("script").textContent);
    const warm = python.call("gdcourse.explorer.page", "run", { problem: spec.problem, racers: [] }).catch(() => {});
    try {
      const { render, common } = await fetched();
      await warm;
      const known = { spec, common };
      const model = {
        get: (name) => known[name],
        ask: async (call, args) => read(await pythonFor(args).call("gdcourse.explorer.page", "text", { call, args }, { seconds: 2 })),
        link: link(number),
        shared: Number(wanted) === number ? unpack(packed) : null,
      };
      await render({ model, el });
      el.dataset.alive = "true";
    } catch (error) {
      // the picture stays where it is
      el.dataset.alive = "no";
      console.info("explorer:", error);
    }
  };

  const near = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => enliven(entry.target)),
    { rootMargin: "100px 0px" },
  );
  places.forEach((el, i) => {
    el.id ||= `explorer-${i + 1}`;
    near.observe(el);
  });
  if (wanted) places[wanted - 1]?.scrollIntoView();
})();
