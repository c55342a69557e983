// Python in the page: the course's own Python files, run by MicroPython in a worker.
//
//   const py = new CoursePython();
//   const verdict = await py.call("gdcourse.exercises.page", "check", { id: "adam", source }, { seconds: 2 });
//
// calls that function with the object's entries as keyword arguments and gives
// back what it returns: numbers (nan too), strings, lists, dictionaries.  The
// call fails with an error whose name is
//   "Late"         it ran longer than `seconds`; the worker is gone, the next call starts another
//   "PythonError"  it raised: `message` is "ValueError: …", `line` where, `trace` all of it; if MicroPython itself
//                  broke down, the next call starts another
//   "Stopped"      by stop()
//   "LoadError"    Python could not be fetched
// Calls of one CoursePython run one after the other.  Nothing is fetched before
// the first; loading does not count towards the seconds.  What needs no exercises
// says so, new CoursePython(["course.json"]), and loads a third as much text.

window.CoursePython = (() => {
  const home = new URL("python/", document.currentScript.src);
  const failure = (name, message, more) => Object.assign(new Error(message), { name }, more);

  // A page opened from a folder may fetch nothing; there one script brings everything as text.
  let bundle;
  const local = () =>
    (bundle ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("local.js", home).href;
      script.onload = () => resolve(CoursePython.local);
      script.onerror = () => {
        bundle = null; // so that the next try tries again
        reject(failure("LoadError", script.src));
      };
      document.head.append(script);
    }));

  // Elsewhere each file is fetched once, whichever worker asks first, all at the same time.
  const known = new Map();
  const fetched = (name, read) => {
    const file = known.get(name) ?? fetch(new URL(name, home), { cache: "no-cache" }).then((response) => {
      if (!response.ok) throw failure("LoadError", `${response.status} ${response.url}`);
      return read(response);
    }); // prettier-ignore
    known.set(name, file);
    file.catch(() => known.delete(name));
    return file;
  };
  const text = (response) => response.text();
  const address = async (response) => URL.createObjectURL(new Blob([await response.arrayBuffer()], { type: "application/wasm" }));

  const brought = async (parts) => {
    if (location.protocol === "file:") return local();
    const [worker, wasm, ...files] = await Promise.all([
      fetched("worker.js", text),
      fetched("micropython.wasm", address),
      ...parts.map((part) => fetched(part, text)),
    ]);
    return { worker, wasm, files: Object.assign({}, ...files.map((part) => JSON.parse(part))) };
  };

  // The worker starts from a blob, because only so it inherits the page's Content-Security-Policy.
  const start = async (parts) => {
    const { worker: source, wasm, files } = await brought(parts).catch((error) => Promise.reject(failure("LoadError", error.message)));
    const blob = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(blob);
    await new Promise((resolve, reject) => {
      const failed = (event) => reject(failure("LoadError", event.message || "worker.js"));
      worker.onerror = failed;
      worker.onmessage = ({ data }) => (data.ready ? resolve() : failed(data));
      worker.postMessage({ wasm, files });
    });
    URL.revokeObjectURL(blob);
    return worker;
  };

  return class CoursePython {
    #worker = null; // a promise
    #queue = Promise.resolve();
    #abandon = () => {};
    #parts;

    constructor(parts = ["course.json", "exercises.json"]) {
      this.#parts = parts;
    }

    call(module, name, args = {}, { seconds = 2 } = {}) {
      const turn = this.#queue.then(() => this.#run({ module, name, args: JSON.stringify(args) }, seconds));
      this.#queue = turn.catch(() => {});
      return turn;
    }

    stop(error = failure("Stopped", "stopped")) {
      this.#worker?.then((worker) => worker.terminate(), () => {});
      this.#worker = null;
      this.#abandon(error);
    }

    async #run(request, seconds) {
      let clock;
      try {
        return await new Promise((resolve, reject) => {
          this.#abandon = reject;
          const late = () => this.stop(failure("Late", `longer than ${seconds} s`));
          const listen = ({ data }) => {
            if (data.running) clock = setTimeout(late, 1000 * seconds);
            else if (data.error?.broken) this.stop(failure("PythonError", data.error.message, data.error));
            else if (data.error) reject(failure("PythonError", data.error.message, data.error));
            else resolve(data.result);
          };
          this.#worker ??= start(this.#parts);
          this.#worker.then(
            (worker) => {
              worker.onmessage = listen;
              worker.onerror = (event) => this.stop(failure("LoadError", event.message));
              worker.postMessage(request);
            },
            (error) => this.stop(error),
          );
        });
      } finally {
        clearTimeout(clock);
        this.#abandon = () => {};
      }
    }
  };
})();
