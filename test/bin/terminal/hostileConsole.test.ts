// Whatever is handed to the console or a table comes out as plain text of its own lines: thousands of values each.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { processConsole } from '../../../bin/cli/console.ts'
import { ElysiaError } from '../../../bin/library.ts'
import { columns } from '../../../bin/view/columns.ts'
import { reportSummary } from '../../../bin/view/summary.ts'
import { visible, visibleJson } from '../../../bin/view/visible.ts'
import type { Report } from '../../../lib/core/report.ts'
import { HIDDEN, HOSTILE, HOSTILE_OR_LONG, stain } from '../../acceptance/fault/hostile.ts'
import { CHARACTERS } from '../../characters.ts'
import { runs } from '../../runs.ts'

const SEED = Number(process.env.ELYSIACTL_TEST_SEED ?? Date.now() % 2 ** 31)
const RUNS = runs(1000)
const tried = (numRuns: number) => ({ numRuns, seed: SEED })

/** What `say` writes to stderr, at once. */
function written(say: () => void): string {
  const { write } = process.stderr
  let text = ''
  process.stderr.write = (chunk: string | Uint8Array) => {
    text += String(chunk)
    return true
  }
  try {
    say()
  } finally {
    process.stderr.write = write
  }
  return text
}

/** What `print` writes to stdout, in the end. */
async function printed(print: () => Promise<void>): Promise<string> {
  const { write } = process.stdout
  let text = ''
  process.stdout.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += String(chunk)
    const done = rest.at(-1)
    if (typeof done === 'function') queueMicrotask(() => done())
    return true
  }
  try {
    await print()
  } finally {
    process.stdout.write = write
  }
  return text
}

function require(fault: string | undefined): void {
  if (fault !== undefined) throw new Error(fault)
}

t.comment(`seed ${SEED}`)

t.test('what is made visible holds no hidden character, and stays as it is', async () => {
  const more = /[\u180e\u2065\u206a-\u206f\ufff9-\ufffb]/u
  fc.assert(
    fc.property(fc.oneof(HOSTILE_OR_LONG, fc.string({ unit: CHARACTERS })), (input) => {
      const shown = visible(input)
      require(stain(shown))
      if (visible(shown) !== shown) throw new Error('it changes when it is made visible once more')
      if (!HIDDEN.test(input) && !more.test(input) && shown !== input)
        throw new Error('plain text has changed')
    }),
    tried(RUNS),
  )
})

t.test('JSON means the same when it is made visible', async () => {
  const value = fc.oneof(fc.jsonValue({ stringUnit: CHARACTERS }), fc.dictionary(HOSTILE, HOSTILE))
  fc.assert(
    fc.property(value, (value) => {
      for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
        const shown = visibleJson(text)
        require(stain(shown))
        if (JSON.stringify(JSON.parse(shown)) !== JSON.stringify(value)) return false
      }
      return true
    }),
    tried(RUNS / 2),
  )
})

t.test('notes, warnings, failures and errors are as many lines as were meant, and plain', async () => {
  const input = fc.record({
    text: HOSTILE_OR_LONG,
    hint: HOSTILE,
    json: fc.boolean(),
    quiet: fc.boolean(),
    verbose: fc.boolean(),
  })
  const lines = (text: string) => text.split('\n').length - 1
  fc.assert(
    fc.property(input, ({ text, hint, ...how }) => {
      const console = processConsole(how)
      const foreign = Object.assign(new Error(text), { name: hint, cause: new Error(hint) })
      const said = {
        note: written(() => console.note(text)),
        notes: written(() => console.note([text, hint])),
        detail: written(() => console.detail(text)),
        warn: written(() => console.warn(text)),
        failure: written(() => console.failure(text, 1)),
        ours: written(() => console.error(new ElysiaError('ELYSIA_STORE', text, { hint, cause: foreign }))),
        system: written(() => console.error(Object.assign(new Error(text), { syscall: 'open', path: hint }))),
        foreign: written(() => console.error(foreign)),
        thrown: written(() => console.error(text)),
      }
      for (const printed of Object.values(said)) require(stain(printed))
      const most = { note: 1, notes: 2, detail: 1, warn: 1, failure: 1, system: how.verbose ? 99 : 1 }
      for (const [name, count] of Object.entries(most)) {
        if (lines(said[name as keyof typeof said]) > count) throw new Error(`${name}: too many lines`)
      }
      if (how.quiet && lines(said.ours) !== 1) throw new Error('an error of more than one line')
    }),
    tried(RUNS / 2),
  )
})

t.test('what is printed to stdout is a line for each, and plain', async (t) => {
  const values = fc.sample(HOSTILE_OR_LONG, tried(RUNS))
  const console = processConsole({ json: false, quiet: false, verbose: false })
  async function* later() {
    yield* values
  }
  for (const [what, source] of [
    ['lines that are there', values],
    ['lines that come', later()],
  ] as const) {
    const text = await printed(() => console.print(source))
    t.equal(stain(text), undefined, what)
    t.equal(text.split('\n').length - 1, values.length, what)
  }
  const document = {
    values,
    byValue: Object.fromEntries(values.slice(0, 500).map((value) => [value, value])),
  }
  const one = await printed(() => console.document(document))
  t.equal(stain(one), undefined, 'a document')
  t.ok(JSON.stringify(JSON.parse(one)) === JSON.stringify(document), 'and means the same')
  const pieces = values.map((value) => `${JSON.stringify(value)}\n`)
  t.equal(stain(await printed(() => console.printJson(pieces))), undefined, 'pieces')
})

t.test('a table has a line for each row, whatever its cells hold', async () => {
  const rows = fc.array(fc.tuple(HOSTILE, HOSTILE), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(rows, (rows) => {
      const lines = columns(['name', 'note'], rows)
      for (const line of lines) require(stain(line) ?? (line.includes('\n') ? 'a line feed' : undefined))
      if (lines.length !== rows.length + 1) throw new Error(`${lines.length} lines of ${rows.length} rows`)
    }),
    tried(RUNS / 10),
  )
})

t.test('so does the summary of a run, with the names that others gave', async () => {
  const names = fc.dictionary(HOSTILE, HOSTILE, { maxKeys: 5 })
  fc.assert(
    fc.property(HOSTILE, names, (name, commits) => {
      const counts = {
        lines: 1,
        blank: 0,
        records: 1,
        written: 1,
        deleted: 0,
        unchanged: 0,
        superseded: 0,
        control: 0,
      }
      const skipped = Object.fromEntries(Object.keys(commits).map((reason) => [reason, 1]))
      const report = {
        ...counts,
        skipped,
        rejected: {},
        commits,
        class: name,
        target: name,
        run: name,
      } as unknown as Report
      const lines = reportSummary(
        { ...report, status: 'done', dry_run: false, seconds: 1, rate: 1, bytes: 1, retries: 0 },
        name,
      )
      const text = written(() => processConsole({ json: false, quiet: false, verbose: false }).note(lines))
      require(stain(text))
      if (text.split('\n').length - 1 !== lines.length) throw new Error('a line of its own')
    }),
    tried(RUNS / 10),
  )
})

t.test('nothing but the console writes to stdout or stderr', async (t) => {
  const writers = ['bin', 'lib'].flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|js)$/.test(name))
      .map((name) => join(room, name))
      .filter((path) =>
        /process\.(stdout|stderr)\b.*\.write|writeSync\([12],/.test(readFileSync(path, 'utf8')),
      ),
  )
  t.strictSame(writers.sort(), ['bin/cli/console.ts', 'bin/elysiactl.js'])
})
