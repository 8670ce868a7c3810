import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import type { Threads } from '../../../../lib/async/thread/threads.ts'
import { firstPass } from '../../../../lib/job/ingest/coalesce/firstPass.ts'
import type { Input } from '../../../../lib/job/ingest/input.ts'
import { ingestOptions } from '../../../../lib/job/ingest/options.ts'
import { openJobThreads } from '../../../../lib/job/thread/open.ts'
import { resolveInput } from '../../../../lib/options/options.ts'
import { writeChanges } from '../killing.ts'

const LINES = 5000
const path = join(t.testdir(), 'changes.jsonl')
await writeChanges(path, LINES, 3)
const options = resolveInput(ingestOptions, { collection: 'A', maxLineBytes: 100_000 })
const signal = new AbortController().signal

const inputs: Input[] = [
  { name: path, rereadable: true, open: () => createReadStream(path) },
  {
    name: 'long',
    rereadable: true,
    open: () =>
      Readable.from([
        Buffer.from(
          `${JSON.stringify({ repo: 'A', op: 'add', path: 'src/file-1.ts', content: 'a\n"'.repeat(5000) })}\n`,
        ),
        Buffer.from(`"${'x'.repeat(200_000)}"\n`),
        Buffer.from([0x7b, 0xff, 0x0a]),
      ]),
  },
]

async function planned(threads?: Threads) {
  const { plan, mark, digests } = await firstPass(inputs, options, { signal, threads })
  const decisions = inputs.map((_, input) => {
    const of = plan.decisions(input)
    const lines = input === 0 ? LINES : 3
    return Array.from({ length: lines }, (_, line) => {
      try {
        return of.at(line + 1)
      } catch {
        return 'blank'
      }
    })
  })
  plan.close()
  return { decisions, mark, ends: digests.map(({ end }) => end), superseded: plan.superseded }
}

t.test('a plan that is made with a thread is that which is made without', async (t) => {
  const threads = await openJobThreads(1)
  t.teardown(() => threads.close())
  const [here, there] = [await planned(), await planned(threads)]
  t.strictSame(there, here)
  t.ok(here.superseded > LINES / 3, `${here.superseded} records are left out`)
})

t.test('a thread that dies ends the first pass with its cause', async (t) => {
  const threads = await openJobThreads(1)
  const dying: Threads = {
    ...threads,
    run: () => Promise.reject(new Error('it died')),
    count: 1,
    close: () => threads.close(),
  }
  t.teardown(() => threads.close())
  await t.rejects(planned(dying), /it died/)
})
