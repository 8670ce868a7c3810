// The acceptance cases 15 and 16: the ways into a collection, and the life of a watched directory.

import { once } from 'node:events'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Report } from '../../lib/core/report.ts'
import { adds, type Home, home, type Started } from '../bin/elysiactl.ts'
import { weaviateDouble } from '../double/double.ts'
import {
  change,
  contents,
  countsOf,
  INTO,
  lines,
  processed,
  type Rejected,
  rejectsIn,
  stored,
  told,
} from './command.ts'

const EVERYTHING = lines(
  change('add', 'a', { content: 'a', metadata: { branch: 'main' }, timestamp: '2026-11-25T12:00:00Z' }),
  '',
  change('add', 'b', { content: 'first' }),
  'not json',
  change('rename', 'a', { new_path: 'c' }),
  change('modify', 'b', { content: 'last' }),
  ' \t\r',
  change('rename', 'unknown', { new_path: 'd' }),
  change('modify', 'c', { metadata: { branch: 'other' } }),
  change('add', 'binary', { content_base64: 'AP8=' }),
  change('add', 'vendor/x', { skip_index: true, skip_reason: 'vendor' }),
  change('delete', 'never'),
  change('add', 'vectors', { content: 'v', vector: [0.1, 1e-9] }),
  '{"repo":"A","op":"add","path":"half \\ud800","content":"x"}',
  change('frobnicate', 'a'),
  { repo: 'A', new_changeset: { commit: 'abc', branch: 'main' } },
  ' ',
).slice(0, -1)

interface Way {
  readonly report: Report
  readonly rejects: readonly Rejected[]
  readonly objects: ReadonlyMap<string, unknown>
}

const WAYS: Record<string, (place: Home, flags: readonly string[]) => Promise<Omit<Way, 'objects'>>> = {
  'process-jsonl': (place, flags) => processed(place, EVERYTHING, flags),
  'sync --stdin': async (place, flags) => {
    const command = ['index', 'sync', '--stdin', ...INTO, '--json', '--rejects', 'rejects.jsonl', ...flags]
    return told(place, await place.run(command, EVERYTHING))
  },
  watch: async (place, flags) => {
    const { started, filesWithRejects } = watching(place, ['--settle', '0', ...flags])
    writeFileSync(join(place.directory, 'inbox/all.jsonl'), EVERYTHING)
    const [rejects] = await filesWithRejects(1)
    started.child.kill('SIGINT')
    const { stdout } = await started.ended
    return { report: JSON.parse(stdout) as Report, rejects: rejectsIn(rejects!) }
  },
}

async function server(t: Test): Promise<string> {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  return double.target
}

for (const kind of ['the embedded store', 'a Weaviate server']) {
  t.test(
    `case 15: the same bytes end in the same state with the same counts in ${kind}, whichever way they come`,
    async (t) => {
      const ways: Record<string, Way> = {}
      for (const [name, take] of Object.entries(WAYS)) {
        const place = home(t, { inbox: {} })
        // What cannot be read twice is coalesced in parts: then the counts differ, and only these.
        const address = kind === 'a Weaviate server' ? await server(t) : 'sqlite:own.db'
        const target = ['--target', address]
        const { report, rejects } = await take(place, [...target, '--coalesce', 'off'])
        ways[name] = { report, rejects, objects: await stored(place, target) }
      }
      const { 'process-jsonl': first, ...others } = ways
      t.match(first!.report, { lines: 17, blank: 3, records: 14, control: 1, commits: { A: 'abc' } })
      t.strictSame([...first!.objects.keys()].sort(), ['A:b', 'A:c', 'A:vectors'])
      t.strictSame(
        first!.rejects.map(({ line }) => line),
        [4, 8, 14, 15],
      )
      for (const [name, way] of Object.entries(others)) {
        t.strictSame(countsOf(way.report), countsOf(first!.report), name)
        t.strictSame(way.rejects, first!.rejects, name)
        t.strictSame(way.objects, first!.objects, name)
      }
    },
  )
}

interface Watching {
  readonly started: Started
  /** Resolves with the paths of the rejects files of so many files that are done with. */
  filesWithRejects(count: number): Promise<string[]>
}

function watching(place: Home, flags: readonly string[]): Watching {
  const started = place.start(['index', 'watch', 'inbox', ...INTO, '--json', ...flags])
  let said = ''
  started.child.stderr!.on('data', (text: string) => {
    said += text
  })
  return {
    started,
    async filesWithRejects(count) {
      for (;;) {
        const paths = [...said.matchAll(/rejected records: (.*)\n/g)].map(([, path]) => path!)
        if (paths.length >= count) return paths
        await once(started.child, 'said')
      }
    },
  }
}

t.test('case 16: watched files are taken once each and whole, those there and those to come', async (t) => {
  const place = home(t, { inbox: {} })
  const inbox = (name: string) => join(place.directory, 'inbox', name)
  const file = (name: string) => lines(change('add', name, { content: name }), 'no JSON')
  writeFileSync(inbox('1.jsonl'), file('1'))
  writeFileSync(inbox('notes.txt'), file('notes'))
  const first = watching(place, ['--settle', '600ms'])
  await first.filesWithRejects(1)
  writeFileSync(join(place.directory, '2.part'), file('2'))
  renameSync(join(place.directory, '2.part'), inbox('2.jsonl'))
  const growing = file('growing')
  for (const character of growing.match(/.{1,10}/gs)!) {
    appendFileSync(inbox('3.jsonl'), character)
    await setTimeout(200)
  }
  await first.filesWithRejects(3)
  first.started.child.kill('SIGINT')
  const { code, stdout } = await first.started.ended
  t.equal(code, 130)
  t.match(JSON.parse(stdout), {
    status: 'interrupted',
    files: 3,
    lines: 6,
    written: 3,
    rejected: { not_json: 3 },
  })
  t.strictSame(await contents(place), { 'A:1': '1', 'A:2': '2', 'A:growing': 'growing' })

  const second = watching(place, ['--settle', '0'])
  writeFileSync(inbox('4.jsonl'), file('4'))
  await second.filesWithRejects(1)
  second.started.child.kill('SIGINT')
  const again = await second.started.ended
  t.match(JSON.parse(again.stdout), { files: 1, written: 1 }, 'what was taken is remembered')
})

t.test(
  'case 17: after kill -9 the same command does what is left, and writes no batch but one twice',
  async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    const place = home(t, { 'changes.jsonl': adds(500) })
    const flags = ['--target', double.target, '--batch-size', '50', '--workers', '1', '--no-skip-unchanged']
    const command = ['index', 'process-jsonl', 'changes.jsonl', ...INTO, '--json', ...flags]
    const heal = double.faults.inject({ fault: 'delay', on: 'BatchObjects', ms: 20 })
    const { child, ended } = place.start(command)
    while (double.calls.objectsReceived < 200) await setTimeout(1)
    child.kill('SIGKILL')
    await ended
    heal()
    const sent = double.calls.objectsReceived

    const other = await processed(place, adds(3), flags, 'other.jsonl')
    t.match(other, { code: 0, report: { continued_from_line: 0, written: 3 } }, 'another input')
    const elsewhere = await place.run(command.with(command.indexOf('source-code'), 'elsewhere'))
    t.match(JSON.parse(elsewhere.stdout), { class: 'Elsewhere', continued_from_line: 0, written: 500 })

    const before = double.calls.objectsReceived
    const { code, report, stderr } = await processed(place, adds(500), flags)
    t.match({ code, report }, { code: 0, report: { lines: 500, records: 500, written: 500 } })
    t.match(stderr, /continues the interrupted run/)
    const settled = report.continued_from_line
    t.ok(settled > 0 && sent - settled <= 50, `${sent} were sent, ${settled} lines of them settled`)
    t.equal(double.calls.objectsReceived - before, 500 - settled, 'none of them was written again')
    t.equal((await stored(place, flags.slice(0, 2))).size, 500)
  },
)

t.test('case 17: an input that has changed under its name is begun at its first line', async (t) => {
  const place = home(t)
  const stopped = await processed(place, lines(adds(10).trimEnd(), 'bad', adds(1).trimEnd()), [
    '--max-errors',
    '0',
  ])
  t.match(stopped, { code: 1, report: { status: 'failed', records: 12 } })
  const { code, report, stderr } = await processed(place, adds(20, 'changed'))
  t.match({ code, report }, { code: 0, report: { continued_from_line: 0, lines: 20, written: 20 } })
  t.match(stderr, /not the one that was interrupted/)
})
