// What engine.js starts: MicroPython, which stands above these lines, with the course's files in its file system,
// one call at a time.  What it runs may come from anybody, in a shared link: nothing leads out of here.

const CALL = `
import json

def course_function(module, name):
    return getattr(__import__(module, None, None, (name,)), name)

def course_call(function, arguments):
    return function(**json.loads(arguments))
`;

// All that stays of this worker's globals: the language (but for what makes code of text), and what MicroPython uses.
const KEPT = new Set(`
  Object Array Boolean Number BigInt String Symbol Math JSON Date RegExp Intl Promise Proxy Reflect
  Map Set WeakMap WeakSet WeakRef FinalizationRegistry globalThis undefined NaN Infinity
  Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError
  ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array
  Float32Array Float64Array BigInt64Array BigUint64Array parseFloat parseInt isNaN isFinite
  Module proxy_js_ref proxy_js_ref_next proxy_js_ref_map proxy_js_map proxy_js_existing pyProxyFinalizationRegistry
  WebAssembly TextDecoder TextEncoder crypto console`.trim().split(/\s+/));

const tell = self.postMessage.bind(self);
let python;

const start = async ({ wasm, files }) => {
  const heapsize = 8 * 1024 * 1024;
  python = await loadMicroPython({ url: wasm, heapsize, stdout: () => {}, stderr: () => {} });
  for (const [path, text] of Object.entries(files)) {
    const folders = `lib/${path}`.split("/").slice(0, -1);
    folders.forEach((_, i) => {
      const folder = `/${folders.slice(0, i + 1).join("/")}`;
      if (!python.FS.analyzePath(folder).exists) python.FS.mkdir(folder);
    });
    python.FS.writeFile(`/lib/${path}`, text);
  }
  python.runPython(CALL);
  close_doors();
};

// Python reaches JavaScript's objects through the modules js and jsffi, and from any object its constructor, and
// from a function's constructor the way to run any text.  Taking the modules away does not hold, Python brings them
// back; so what they lead to is emptied.
const close_doors = () => {
  proxy_js_ref[0] = Object.create(null); // what `import js` gives
  for (const kind of [() => {}, async () => {}, function* () {}, async function* () {}]) // prettier-ignore
    Object.defineProperty(Object.getPrototypeOf(kind), "constructor", { value: undefined });
  delete Error.prepareStackTrace; // V8 would hand it the functions that are running
  Object.freeze(Error);
  for (let scope = self; scope !== Object.prototype; scope = Object.getPrototypeOf(scope))
    for (const name of Reflect.ownKeys(scope)) if (!KEPT.has(name)) Reflect.deleteProperty(scope, name);
};

// "ValueError: …", the line where, and the whole traceback; an error that is none of Python's went right through
// MicroPython, which may be broken now
const described = (error) => {
  const trace = String(error.message).trim();
  const lines = [...trace.matchAll(/, line (\d+)/g)].map((found) => Number(found[1]));
  const line = lines.length ? lines[lines.length - 1] : null;
  return { message: trace.split("\n").pop(), line, trace, broken: error.name !== "PythonError" };
};

const run = ({ module, name, args }) => {
  const found = python.globals.get("course_function")(module, name);
  tell({ running: true });
  const result = python.globals.get("course_call")(found, args);
  return python.PyProxy.toJs(result) ?? null;
};

onmessage = async ({ data }) => {
  if (!python) {
    try {
      await start(data);
      tell({ ready: true });
    } catch (error) {
      tell({ message: String(error) });
    }
    return;
  }
  try {
    tell({ result: run(data) });
  } catch (error) {
    tell({ error: described(error) });
  }
};
