import { get, type IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { LiveFacts } from '../../../lib/monitor/dashboard/facts.ts'
import { serveDashboard } from '../../../lib/monitor/dashboard/server.ts'
import { entryOf, type MadeUpHistory, madeUpHistory, madeUpSources, running } from './madeUp.ts'

interface Told {
  readonly id: string
  readonly at: number
  readonly facts: LiveFacts
}

interface Watching {
  readonly told: Told[]
  /** Resolves when what was told last is so. */
  until(is: (facts: LiveFacts) => boolean): Promise<Told>
  close(): void
}

async function served(t: Test, history: MadeUpHistory) {
  let asked = 0
  const counting = {
    ...history,
    version: () => {
      asked += 1
      return history.version()
    },
  }
  const dashboard = await serveDashboard(madeUpSources(counting), { host: '127.0.0.1', port: 0 })
  t.teardown(() => dashboard.close())
  const { headers } = await fetch(dashboard.link, { redirect: 'manual' })
  const cookie = headers.get('set-cookie')!.split(';')[0]!
  const origin = new URL(dashboard.link).origin
  return {
    dashboard,
    asked: () => asked,
    watch: (last?: string) =>
      watching(t, `${origin}/api/live`, { cookie, ...(last !== undefined && { 'last-event-id': last }) }),
    cookie,
    origin,
  }
}

async function watching(t: Test, url: string, headers: Record<string, string>): Promise<Watching> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers }, resolve).on('error', reject)
  })
  t.teardown(() => response.destroy())
  response.on('error', () => {})
  const told: Told[] = []
  let text = ''
  response.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
      text = text.slice(end + 2)
      if (data !== undefined)
        told.push({ id: id!, at: performance.now(), facts: JSON.parse(data) as LiveFacts })
    }
  })
  return {
    told,
    async until(is) {
      const limit = performance.now() + 20_000
      while (!told.some(({ facts }) => is(facts))) {
        if (performance.now() > limit) throw new Error(`not told: ${JSON.stringify(told.at(-1))}`)
        await setTimeout(10)
      }
      return told.find(({ facts }) => is(facts))!
    },
    close: () => response.destroy(),
  }
}

const doneIs = (done: number) => (facts: LiveFacts) => facts.running[0]?.progress?.done === done

t.test('a browser sees what runs at once, and each change of it', async (t) => {
  const history = madeUpHistory([running(1)])
  const { watch } = await served(t, history)
  const browser = await watch()
  await browser.until(doneIs(1))
  history.put(running(2))
  await browser.until(doneIs(2))
  history.put({ ...running(3), status: 'done', ended_at: new Date().toISOString() })
  const { facts } = await browser.until((facts) => facts.running.length === 0)
  t.match(facts.recent, [{ id: running().id, status: 'done' }])
})

t.test(
  'however fast it changes, it is told four times a second at most, and the last state wins',
  async (t) => {
    const history = madeUpHistory([running(0)])
    const { watch } = await served(t, history)
    const browser = await watch()
    const ended = performance.now() + 1500
    let done = 0
    while (performance.now() < ended) {
      done += 1
      history.put(running(done))
      await setTimeout(5)
    }
    await browser.until(doneIs(done))
    const times = browser.told.map(({ at }) => at)
    t.ok(times.length >= 2, 'it is told in between')
    // The server waits 250 ms between two; what is read here may come later, so two may seem closer, but not many.
    const seconds = (times.at(-1)! - times[0]!) / 1000
    t.ok(times.length <= seconds * 4 + 2, `${times.length} in ${seconds} s`)
  },
)

t.test('who comes again is told nothing that it knows', async (t) => {
  const history = madeUpHistory([running(1)])
  const { watch } = await served(t, history)
  const first = await watch()
  const { id } = await first.until(doneIs(1))
  first.close()
  const again = await watch(id)
  const other = await watch('of-another-server.1')
  await other.until(doneIs(1))
  history.put(running(2))
  await again.until(doneIs(2))
  t.equal(again.told.length, 1, 'only what is new')
})

t.test('while nobody looks nothing is asked', async (t) => {
  const { watch, asked, dashboard } = await served(t, madeUpHistory([running(1)]))
  const browser = await watch()
  await browser.until(doneIs(1))
  browser.close()
  for (const limit = performance.now() + 10_000; dashboard.watchers > 0 && performance.now() < limit; )
    await setTimeout(10)
  t.equal(dashboard.watchers, 0)
  const before = asked()
  await setTimeout(300)
  t.equal(asked(), before)
})

t.test('a history that cannot be read now is said, and told again when it can', async (t) => {
  const history = madeUpHistory([running(1)])
  let isBroken = false
  const list = history.list.bind(history)
  const broken = {
    ...history,
    list: (choice: object) => {
      if (isBroken) throw new Error('the database is locked')
      return list(choice)
    },
  }
  const { watch } = await served(t, broken as MadeUpHistory)
  const browser = await watch()
  await browser.until(doneIs(1))
  isBroken = true
  history.put(running(2))
  await setTimeout(250)
  isBroken = false
  await browser.until(doneIs(2))
  t.pass('the connection outlived it')
})

t.test('the server ends though browsers look on', async (t) => {
  const { watch, dashboard } = await served(t, madeUpHistory([running(1)]))
  await (await watch()).until(doneIs(1))
  const begun = performance.now()
  await dashboard.close()
  t.ok(performance.now() - begun < 10_000)
})

t.test('the page, its list of runs and one run', async (t) => {
  const entries = Array.from({ length: 130 }, (_, index) => {
    const started_at = new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString()
    return entryOf({ id: `run-${index}`, started_at, kind: index % 2 === 0 ? 'backup' : 'ingest' })
  })
  const { cookie, origin } = await served(t, madeUpHistory(entries))
  const ask = async (path: string) => (await fetch(`${origin}${path}`, { headers: { cookie } })).json()
  const page = (await ask('/api/page')) as { report: unknown; runs: unknown[]; next: string }
  t.strictSame(page.report, await ask('/api/report'), 'the page has the very report')
  t.equal(page.runs.length, 15)
  const older = (await ask(`/api/runs?before=${page.next}`)) as { runs: { id: string }[]; next?: string }
  t.equal(older.runs[0]!.id, 'run-114')
  t.equal(older.runs.length, 100)
  const of = (await ask('/api/runs?kind=ingest&status=nonsense,done')) as { runs: { kind: string }[] }
  t.ok(of.runs.length === 65 && of.runs.every(({ kind }) => kind === 'ingest'))
  t.match(await ask('/api/run?id=run-7'), { entries: [{ id: 'run-7' }] })
})

t.test('rejected records are looked for where the run was begun', async (t) => {
  const directory = t.testdir({ 'rejects.jsonl': '{"line":1}\n' })
  const history = madeUpHistory([
    entryOf({ id: 'here', directory, rejects_file: 'rejects.jsonl' }),
    entryOf({ id: 'gone', directory, rejects_file: 'gone.jsonl' }),
    entryOf({ id: 'strange', directory, rejects_file: '/dev/zero' }),
  ])
  const { cookie, origin } = await served(t, history)
  const ask = async (id: string) =>
    (await fetch(`${origin}/api/run?id=${id}`, { headers: { cookie } })).json()
  t.match(await ask('here'), { rejects: { lines: ['{"line":1}'], is_cut: false } })
  t.match(await ask('gone'), { rejects: { lines: [], lack: /no such file/i } })
  t.match(await ask('strange'), { rejects: { lines: [], lack: /not a file/ } })
})
