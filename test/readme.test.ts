import { spawn } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'

const root = fileURLToPath(new URL('../', import.meta.url))
const pages = ['README.md', 'docs/archives.md']
  .map((page) => readFileSync(join(root, page), 'utf8'))
  .join('\n')

/** The lines of the program that a marker names, on one of the pages. */
function program(name: string): string {
  const found = new RegExp(`<!-- test: ${name} -->\\n\`\`\`ts\\n([\\s\\S]*?)\`\`\``).exec(pages)
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

t.test('the program of docs/archives.md backs a collection up and verifies it', async (t) => {
  const directory = place(t)
  const filled = program('ingest')
  t.equal((await runIn(directory, filled)).code, 0)
  const { code, output } = await runIn(directory, program('archive'))
  t.equal(code, 0, output)
  t.match(output, /2 objects complete/)
})
