// One place writes: whatever reaches the terminal has passed it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const BIN = fileURLToPath(new URL('../../../bin', import.meta.url))

/** Ways to write to a terminal without asking anybody; `console` alone is ours where it is a parameter. */
const WAYS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['process.stdout, process.stderr', /\bprocess\s*(\??\.|\[)\s*['"`]?(stdout|stderr)\b/],
  ["Node's own console", /\b(globalThis\.console|console)\.(log|info|debug|dir|table|trace)\b/],
  ['a descriptor', /\b(writeSync|writeFileSync|createWriteStream|appendFileSync)\s*\(\s*(1|2|['"`]\/dev\/)/],
  ['a terminal of readline', /\boutput:\s*process\b/],
  ['a stream of log-update without the console', /\blog-update\b/],
]

/** The console, what it draws with, and the start script, which prints the version and refuses old Nodes. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'cli/console.ts': ['process.stdout, process.stderr', 'a terminal of readline'],
  'view/footer.ts': ['a stream of log-update without the console'],
  'elysiactl.js': ['process.stdout, process.stderr'],
}

t.test('no file of the command writes to the terminal but the console', async (t) => {
  const files = readdirSync(BIN, { recursive: true })
    .map(String)
    .filter((name) => /\.(ts|js)$/.test(name))
  t.ok(files.length > 40)
  for (const file of files) {
    const text = readFileSync(join(BIN, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    const found = WAYS.filter(([, pattern]) => pattern.test(text)).map(([what]) => what)
    t.same(found, ALLOWED[file] ?? [], file)
  }
})

/** It puts messages in the place of what a script prints in its thread. */
const SILENCED = join('transform', 'script', 'worker.ts')

t.test('and the library writes there not at all', async (t) => {
  const lib = fileURLToPath(new URL('../../../lib', import.meta.url))
  const files = readdirSync(lib, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts') && name !== SILENCED)
  for (const file of files) {
    const text = readFileSync(join(lib, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    const found = [...WAYS.slice(0, 3), ['console', /\bconsole\.\w+\(/] as const].filter(([, p]) =>
      p.test(text),
    )
    t.same(
      found.map(([what]) => what),
      [],
      file,
    )
  }
})
