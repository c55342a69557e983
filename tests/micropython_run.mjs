// Run a program in the MicroPython of the static page, with the given files in its file system.
//   node micropython_run.mjs VENDOR_FOLDER < {"files": {"/lib/x.py": "…"}, "program": "…"}
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const vendor = resolve(process.argv[2])
const { loadMicroPython } = await import(pathToFileURL(join(vendor, 'micropython.mjs')))
const { files, program } = JSON.parse(readFileSync(0, 'utf8'))
const mp = await loadMicroPython({
  url: join(vendor, 'micropython.wasm'),
  heapsize: 4 * 1024 * 1024,
  linebuffer: true,
  stdout: line => console.log(line),
})
for (const [path, text] of Object.entries(files)) {
  const folders = path.split('/').slice(1, -1)
  folders.forEach((_, i) => {
    const folder = '/' + folders.slice(0, i + 1).join('/')
    if (!mp.FS.analyzePath(folder).exists) mp.FS.mkdir(folder)
  })
  mp.FS.writeFile(path, text)
}
mp.runPython(program)
