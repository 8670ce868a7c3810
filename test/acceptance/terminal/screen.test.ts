// What is seen on a real terminal while a run goes on, at 40 to 200 columns: the screen of an emulator is compared.
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { noScreen, type Screen } from '../../../scripts/terminal.ts'
import { adds, type Files, type Home, home } from '../../bin/elysiactl.ts'
import { some } from '../../bin/runs.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'
import { INTO } from '../command.ts'

const skip = noScreen ?? false
const ROWS = 16
const TERM = { TERM: 'xterm-256color' }

async function server(t: Test): Promise<Double> {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  return double
}

function ingest(place: Home, { target }: Double, columns: number, flags: readonly string[] = []): Screen {
  const words = ['index', 'process-jsonl', flags[0]?.startsWith('-') === false ? flags[0] : 'changes.jsonl']
  const rest = flags[0]?.startsWith('-') === false ? flags.slice(1) : flags
  const one = ['--batch-size', '10', '--workers', '1', '--target', target]
  return place.screen([...words, ...INTO, ...one, ...rest], { columns, rows: ROWS })
}

/** What was written, however wide the terminal is that broke its lines. */
function unbroken(screen: Screen): string {
  const { buffer } = screen.emulator
  let text = ''
  for (let row = 0; row < buffer.active.length; row++) {
    const line = buffer.active.getLine(row)!
    text += `${row > 0 && !line.isWrapped ? '\n' : ''}${line.translateToString(true)}`
  }
  return text.trimEnd()
}

/** Nothing of a progress line is left, and nothing was written over. */
function isClean(t: Test, screen: Screen, ...said: RegExp[]): void {
  const text = unbroken(screen)
  t.notMatch(text, /\d % {2}|ETA/, text)
  for (const [index, line] of said.entries()) t.match(text.split('\n')[index] ?? '', line, text)
}

const FILE: Files = { 'changes.jsonl': adds(60) }

for (const columns of some([40, 80, 200])) {
  t.test(
    `on ${columns} columns notes stand above the progress, whole, and the summary below them`,
    { skip },
    async (t) => {
      const double = await server(t)
      double.faults.inject({ fault: 'delay', on: 'BatchObjects', ms: 100 })
      const screen = ingest(home(t, FILE, TERM), double, columns)
      await screen.sees(/^ \d\d % {2}\d+ records/m)
      const during = screen.text()
      t.match(during.at(-1), /^ \d\d % {2}\d+ records/, 'it is the last line')
      t.equal(during.filter((line) => / %/.test(line)).length, 1, during.join('\n'))
      t.equal(await screen.ended, 0)
      isClean(t, screen, /^target http\S+ \(--target\)$/, /^created the collection SourceCode$/, /^done: /)
      t.match(unbroken(screen), /^ {6}written +60$/m)
    },
  )
}

t.test(
  'notes of any characters come while the progress is shown, and each stays as it was',
  { skip },
  async (t) => {
    const ops = ['変更変更変更', 'e\u0301e\u0301', '👩\u200d👩\u200d👧', 'x'.repeat(35)]
    const bad = ops.map((op) => `${JSON.stringify({ repo: 'r', op, path: 'p' })}\n`)
    const lines = adds(40).split(/(?<=\n)/)
    for (const [index, line] of bad.entries()) lines.splice(10 * index + 5, 0, line)
    for (const columns of [40, 72]) {
      const double = await server(t)
      double.faults.inject({ fault: 'delay', on: 'BatchObjects', ms: 100 })
      const screen = ingest(home(t, { 'changes.jsonl': lines.join('') }, TERM), double, columns, ['-v'])
      t.equal(await screen.ended, 3)
      const text = unbroken(screen)
      const told = text.split('\n').filter((line) => line.startsWith('line '))
      t.equal(told.length, ops.length, text)
      for (const [index, op] of ops.entries()) t.ok(told[index]!.endsWith(`found "${op}"`), text)
      isClean(t, screen)
    }
  },
)

t.test('retries leave a line each and nothing else', { skip }, async (t) => {
  const double = await server(t)
  double.faults.inject({ fault: 'delay', on: 'BatchObjects', ms: 50 })
  double.faults.inject({ fault: 'reset', when: 'before', on: 'BatchObjects', skip: 2, count: 2 })
  const screen = ingest(home(t, FILE, TERM), double, 60)
  t.equal(await screen.ended, 0)
  isClean(
    t,
    screen,
    /^target /,
    /^created /,
    /tries again in .* \(attempt 1\)$/,
    /tries again .* \(attempt 2\)$/,
    /^done/,
  )
})

t.test('what is read ahead is not counted: the share is that of what is settled', { skip }, async (t) => {
  const files = { 'changes.jsonl': adds(1000), 'changes.jsonl.gz': gzipSync(adds(1000)) }
  for (const name of Object.keys(files)) {
    const double = await server(t)
    double.faults.inject({ fault: 'hang', on: 'BatchObjects', skip: 5 })
    const screen = ingest(home(t, files, TERM), double, 80, [name, '--batch-size', '100'])
    await screen.sees(/ 400 records/)
    t.match(screen.text().at(-1), /^ (39|40) % {2}400 records/, name)
    screen.type('\x03')
    await screen.sees(/again/)
    screen.type('\x03')
    t.equal(await screen.ended, 130)
    isClean(t, screen)
  }
})

/** Resizes the window, and waits until the progress is drawn for it. Only where nothing else is drawn meanwhile. */
async function resized(screen: Screen, columns: number): Promise<void> {
  const before = screen.writes()
  await screen.resize(columns, ROWS)
  const fields = columns < 20 ? /^ 32 %$/ : /^ 32 % {2}20 records$/
  while (screen.writes() === before || !fields.test(screen.text().at(-1) ?? '')) await setTimeout(20)
}

t.test(
  'a window that is made narrower and wider keeps every note and one progress line',
  { skip },
  async (t) => {
    const double = await server(t)
    const held = double.faults.inject({ fault: 'hang', on: 'BatchObjects', skip: 3 })
    const screen = ingest(home(t, FILE, TERM), double, 100)
    // What is drawn for one width and shown at another leaves debris on any terminal: the line stays as it is from when its
    // rate has come and gone.
    await screen.sees(/ 20 records .*\/s/)
    await screen.sees(/ 20 records$/m)
    for (const columns of [40, 10, 120, 25, 80]) {
      await resized(screen, columns)
      const shown = unbroken(screen).split('\n')
      t.match(shown, [/^target http\S+ \(--target\)$/, /^created the collection SourceCode$/, / \d\d %/])
      t.equal(shown.length, 3, `${columns}: ${shown.join('\n')}`)
    }
    held()
    screen.type('\x03')
    await screen.sees(/again/)
    screen.type('\x03')
    t.equal(await screen.ended, 130)
    isClean(t, screen, /^target /, /^created /)
  },
)

t.test('a restore names what it does: it writes, then reads back', { skip }, async (t) => {
  const double = await server(t)
  const place = home(t, FILE, TERM)
  t.equal((await place.run(['index', 'process-jsonl', 'changes.jsonl', ...INTO])).code, 0)
  t.equal((await place.run(['col', 'backup', 'source-code', '--to', 'archive'])).code, 0)
  double.faults.inject({ fault: 'delay', on: 'BatchObjects', ms: 300 })
  double.faults.inject({ fault: 'delay', on: 'Search', ms: 700 })
  const flags = ['--batch-size', '20', '--workers', '1', '--target', double.target]
  const screen = place.screen(['col', 'restore', 'archive', ...flags], { columns: 80, rows: ROWS })
  await screen.sees(/^writing +\d\d % {2}\d+\/60/m)
  await screen.sees(/^reading back +\d+ % {2}\d+\/60/m)
  t.equal(await screen.ended, 0)
  isClean(t, screen)
})

t.test('a terminal that cannot move its cursor gets a line every few seconds', { skip }, async (t) => {
  const double = await server(t)
  double.faults.inject({ fault: 'hang', on: 'BatchObjects', skip: 3 })
  const screen = ingest(home(t, FILE, { TERM: 'dumb' }), double, 80)
  await screen.sees(/20 records/m)
  screen.type('\x03')
  await screen.sees(/again/)
  screen.type('\x03')
  t.equal(await screen.ended, 130)
})
