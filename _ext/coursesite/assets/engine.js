// Python in the page: the course's own Python files, run by MicroPython in a worker.
//
//   const py = new CoursePython();
//   const verdict = await py.call("gdcourse.exercises.page", "check", { id: "adam", source }, { seconds: 2 });
//
// calls that function with the object's entries as keyword arguments and gives
// back what it returns: numbers (nan too), strings, lists, dictionaries.  The
// call fails with an error whose name is
//   "Late"         it ran longer than `seconds`; the worker is gone, the next call starts another
//   "PythonError"  it raised: `message` is "ValueError: …", `line` where, `trace` all of it
//   "Stopped"      by stop()
//   "LoadError"    Python could not be fetched
// Calls of one CoursePython run one after the other.  Nothing is fetched before
// the first; loading does not count towards the seconds.  What needs no exercises
// says so, new CoursePython(["course.json"]), and loads a third as much text.

window.CoursePython = (() => {
  const home = new URL("python/", document.currentScript.src);
  const failure = (name, message, more) => Object.assign(new Error(message), { name }, more);

  // A page opened from a folder may fetch nothing and start no worker from a
  // file; there one script brings everything as text.
  let bundle;
  const local = () =>
    (bundle ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("local.js", home).href;
      script.onload = () => resolve(CoursePython.local);
      script.onerror = () => reject(failure("LoadError", script.src));
      document.head.append(script);
    }));

  const start = async (parts) => {
    const alone = location.protocol === "file:" ? await local() : null;
    const source = alone ? URL.createObjectURL(new Blob([alone.worker], { type: "text/javascript" })) : new URL("worker.js", home);
    const worker = new Worker(source);
    await new Promise((resolve, reject) => {
      const failed = (event) => reject(failure("LoadError", event.message || String(source)));
      worker.onerror = failed;
      worker.onmessage = ({ data }) => (data.ready ? resolve() : failed(data));
      worker.postMessage(alone ? { wasm: alone.wasm, files: alone.files } : { home: home.href, parts });
    });
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
