// Values of others that would steer a terminal or forge a log, through every command that can come to print them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { visible, visibleJson } from '../../bin/view/visible.ts'
import { type Ended, type Home, home } from '../bin/elysiactl.ts'
import { weaviateDouble } from '../double/double.ts'
import { INTO } from './command.ts'

/** Everything but line feeds that is no plain text, written independently of what the command replaces. */
const HIDDEN =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u

function clean(t: Test, { stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>, what: string): void {
  for (const [name, text] of Object.entries({ stdout, stderr })) {
    const [found] = HIDDEN.exec(text.replaceAll('\n', '')) ?? []
    t.equal(found, undefined, `${what}: ${JSON.stringify(found)} on ${name}`)
    t.notMatch(text, /^FORGED/m, `${what}: a line of its own on ${name}`)
  }
}

const NASTY = [
  '\u001b[2J\u001b]0;title\u0007',
  'a\nFORGED: all is well',
  'a\rFORGED',
  '\u009b31m',
  '\u007f\b\b',
  'gpj.\u202egnp',
  '\u2066x\u2069\u061c\u200e',
  '\u2028FORGED\u2029',
  '\u{e0041}\u{e0042}',
  '\u200b\ufeff\u00ad',
] as const
const ALL = NASTY.join('|')

t.test('what is made visible holds no hidden character, and stays as it is', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...NASTY, 'é', '日本', '👩‍👩‍👧', '\ud800')).map((all) => all.join('')),
  )
  fc.assert(
    fc.property(text, (given) => {
      const shown = visible(given)
      if (HIDDEN.test(shown) || /\p{Cs}/u.test(shown)) return false
      if (visible(shown) !== shown) return false
      return (
        HIDDEN.test(given) ||
        /\p{Cs}|[\u180e\u2065\u206a-\u206f\ufff9-\ufffb]/u.test(given) ||
        shown === given
      )
    }),
    { numRuns: 5000 },
  )
})

t.test('JSON means the same when it is made visible', async () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
        const shown = visibleJson(text)
        if (HIDDEN.test(shown.replaceAll('\n', ''))) return false
        if (JSON.stringify(JSON.parse(shown)) !== JSON.stringify(value)) return false
      }
      return true
    }),
    { numRuns: 2000 },
  )
})

function lines(values: readonly string[]): string {
  const records = values.flatMap((value, index) => [
    { repo: value, op: 'add', path: `${index}/${value}`, content: value, metadata: { [value]: value } },
    { repo: value, op: 'add', path: `skipped/${index}`, skip_index: true, skip_reason: value },
    { repo: value, new_changeset: { commit: value } },
    { repo: value, op: value, path: value },
    { repo: value, op: 'rename', path: value, new_path: `none/${value}` },
    { repo: value, op: 'add', path: value, content_ref: value },
    { repo: value, op: 'add', path: value, [value]: value },
  ])
  return [...records.map((record) => JSON.stringify(record)), `${JSON.stringify(values)}`, `{${ALL}`]
    .map((line) => line.replaceAll(/[\n\r]/g, ' '))
    .join('\n')
}

/** For people with all there is to say, and as JSON. */
async function everyWay(t: Test, { run }: Home, args: readonly string[], input?: string): Promise<void> {
  for (const flags of ['-v', '--json']) {
    clean(t, await run([...args, flags], input), `${args.join(' ').slice(0, 60)} ${flags}`)
  }
}

t.test('no command prints a control character, a line or a turn of direction of somebody else', async (t) => {
  const name = 'in\u001b[31m\u202e\u009b.jsonl'
  const file = (name: string) => join(place.directory, name)
  const place = home(t, {})
  const text = lines([...NASTY, ALL])
  mkdirSync(file(`box${ALL.replaceAll(/[/\n]/g, '')}`), { recursive: true })
  writeFileSync(file(name), text)
  writeFileSync(file('schema.json'), JSON.stringify({ class: 'C', description: ALL, properties: [] }))
  await everyWay(t, place, ['index', 'validate', '--strict', name])
  await everyWay(t, place, ['index', 'process-jsonl', name, ...INTO, '--fresh'])
  await everyWay(t, place, ['index', 'sync', '--stdin', ...INTO, '--dry-run'], text)
  await everyWay(t, place, ['index', 'status'])
  await everyWay(t, place, ['col', 'ls'])
  await everyWay(t, place, ['col', 'show', 'source-code'])
  await everyWay(t, place, ['col', 'cat', 'source-code'])
  for (const [verb, ...more] of [
    ['backup', '--to', `a${ALL}`],
    ['backup', '--to', `b${ALL}`, '--dry-run'],
    ['backup', '--tag', ALL],
    ['backup', '--note', ALL, '--to', 'noted'],
    ['restore', '--name', ALL],
    ['rm'],
    ['cat', '--tenant', ALL],
    ['cat', '--properties', ALL],
    ['show'],
  ]) {
    await everyWay(t, place, ['col', verb!, ...(verb === 'restore' ? [`a${ALL}`] : ['source-code']), ...more])
  }
  await everyWay(t, place, ['col', 'catalog', 'list'])
  const listed = JSON.parse((await place.run(['col', 'catalog', 'list', '--json'])).stdout)
  const [{ id }] = listed.archives
  await everyWay(t, place, ['col', 'catalog', 'note', id, ALL])
  await everyWay(t, place, ['col', 'catalog', 'tag', id, ALL])
  await everyWay(t, place, ['col', 'catalog', 'untag', id, 'a\u001b'])
  for (const verb of ['show', 'pin', 'unpin', 'verify'])
    await everyWay(t, place, ['col', 'catalog', verb, id])
  for (const verb of ['show', 'pin', 'verify']) await everyWay(t, place, ['col', 'catalog', verb, ALL])
  await everyWay(t, place, ['col', 'catalog', 'cleanup', '--keep-last', '1', '--group-by', 'none'])
  await everyWay(t, place, ['col', 'catalog', 'rebuild', `box${ALL.replaceAll(/[/\n]/g, '')}`])
  await everyWay(t, place, ['col', 'catalog', 'unlock', ALL])
})

t.test('nor where the words are those of the command line', async (t) => {
  const place = home(t, {}, { ELYSIACTL_TARGET: `sqlite:${ALL.replaceAll('/', '')}` })
  for (const args of [
    [ALL],
    ['index', ALL],
    ['index', 'process-jsonl', ALL, ...INTO],
    ['index', 'process-jsonl', 'x', '--collection', ALL],
    ['index', 'process-jsonl', 'x', `--${ALL}`],
    ['index', 'watch', ALL, ...INTO],
    ['index', 'sync', '--from-command', ...INTO, '--', ALL],
    ['format', 'schema', ALL],
    ['completion', ALL],
    ['config', 'show'],
    ['config', 'show', ALL],
    ['col', 'ls'],
    ['col', 'show', ALL],
  ]) {
    await everyWay(t, place, args)
  }
  clean(t, await place.run(['completion', 'words', '--quiet', '--', 'col', 'show', '']), 'completion')
})

t.test('nor where a server says it', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const place = home(t, { 'a.jsonl': lines(['x']) })
  const target = ['--target', double.target, '--retry-for', '0']
  const ingest = ['index', 'process-jsonl', 'a.jsonl', ...INTO, ...target, '--fresh']
  double.faults.inject({ fault: 'perObject', text: ALL, on: 'BatchObjects' })
  await everyWay(t, place, ingest)
  double.faults.clear()
  for (const on of ['', 'GET /v1/schema', 'BatchObjects']) {
    double.faults.inject({ fault: 'status', code: 'UNKNOWN', http: 422, text: ALL, on })
    await everyWay(t, place, ingest)
    await everyWay(t, place, ['col', 'ls', ...target])
    double.faults.clear()
  }
})
