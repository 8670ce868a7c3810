import { spawn } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'

const root = fileURLToPath(new URL('../', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** The lines of the README's program that a marker names. */
function program(name: string): string {
  const found = new RegExp(`<!-- test: ${name} -->\\n\`\`\`ts\\n([\\s\\S]*?)\`\`\``).exec(readme)
  return found![1]!
}

/** Runs a program as somebody would who has installed the package. */
function runIn(directory: string, source: string): Promise<{ code: number | null; output: string }> {
  writeFileSync(join(directory, 'program.mts'), source)
  const child = spawn(process.execPath, ['program.mts'], { cwd: directory })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

const changes = [
  { repo: 'A', op: 'add', path: 'a.ts', content: 'one' },
  { repo: 'A', op: 'add', path: 'b.ts', content: 'two' },
  { repo: 'A', op: 'frobnicate', path: 'c.ts' },
]

function place(t: Test): string {
  const directory = t.testdir({
    'changes.jsonl': changes.map((change) => `${JSON.stringify(change)}\n`).join(''),
    node_modules: {},
  })
  symlinkSync(root, join(directory, 'node_modules', 'elysiactl'), 'dir')
  return directory
}

for (const [name, expected] of [
  ['ingest', /line 3: unknown_op[\s\S]*2 written of 3/],
  ['stages', /settled up to line 3/],
] as const) {
  t.test(`the README's program "${name}" does what it says, in under 15 lines`, async (t) => {
    const source = program(name)
    t.ok(source.trimEnd().split('\n').length < 15)
    const { code, output } = await runIn(place(t), source)
    t.equal(code, 0)
    t.match(output, expected)
  })
}
