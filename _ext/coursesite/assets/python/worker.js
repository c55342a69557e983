// What engine.js starts: MicroPython with the course's files in its file system, one call at a time.

const CALL = `
import json

def course_function(module, name):
    return getattr(__import__(module, None, None, (name,)), name)

def course_call(function, arguments):
    return function(**json.loads(arguments))
`;

let python;

const start = async ({ home, parts, wasm, files }) => {
  // (opened from a folder, MicroPython stands above these lines)
  const { loadMicroPython } = home ? await import(`${home}micropython.mjs`) : self;
  const fetched = async (part) => (await fetch(`${home}${part}`, { cache: "no-cache" })).json();
  files ??= Object.assign({}, ...(await Promise.all(parts.map(fetched))));
  const heapsize = 8 * 1024 * 1024;
  python = await loadMicroPython({ url: wasm ?? `${home}micropython.wasm`, heapsize, stdout: () => {}, stderr: () => {} });
  for (const [path, text] of Object.entries(files)) {
    const folders = `lib/${path}`.split("/").slice(0, -1);
    folders.forEach((_, i) => {
      const folder = `/${folders.slice(0, i + 1).join("/")}`;
      if (!python.FS.analyzePath(folder).exists) python.FS.mkdir(folder);
    });
    python.FS.writeFile(`/lib/${path}`, text);
  }
  python.runPython(CALL);
};

// "ValueError: …", the line where, and the whole traceback
const described = (error) => {
  const trace = String(error.message).trim();
  const lines = [...trace.matchAll(/, line (\d+)/g)].map((found) => Number(found[1]));
  return { message: trace.split("\n").pop(), line: lines.at(-1) ?? null, trace };
};

const run = ({ module, name, args }) => {
  const found = python.globals.get("course_function")(module, name);
  postMessage({ running: true });
  const result = python.globals.get("course_call")(found, args);
  return python.PyProxy.toJs(result) ?? null;
};

onmessage = async ({ data }) => {
  if (!python) {
    try {
      await start(data);
      postMessage({ ready: true });
    } catch (error) {
      postMessage({ message: String(error) });
    }
    return;
  }
  try {
    postMessage({ result: run(data) });
  } catch (error) {
    postMessage({ error: described(error) });
  }
};
