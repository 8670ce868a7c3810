// Ctrl-C in every job: it says what happens now, and the command that goes on; that command is run, as it is printed.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { ingest } from '../../../lib/job/ingest/ingest.ts'
import { openStore } from '../../../lib/store/open.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { adds, type Ended, type Home, home } from '../../bin/elysiactl.ts'
import { some } from '../../bin/runs.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'
import { INTO } from '../command.ts'

const NAME = "it's a list.jsonl"

interface Job {
  readonly args: readonly string[]
  /** The call of the server that is slow, and how many of them come before the signal. */
  readonly call: 'BatchObjects' | 'Search'
  readonly after: number
  /** The first line, before the semicolon. */
  readonly stopping: RegExp
  /** The last line, but for the command. */
  readonly interrupted: RegExp
  /** What the printed command says when it is run; undefined where it is not one to be run by itself. */
  readonly afterwards?: RegExp
}

const SMALL = ['--batch-size', '10', '--workers', '1']
const FINISHING = /^stopping: finishing 1 batch; again to abort$/m
const CONTINUE = /^interrupted; continue with: (elysiactl .*)$/m
const AGAIN = /^interrupted; begin again with: (elysiactl .*)$/m

const JOBS: Readonly<Record<string, Job>> = {
  'index process-jsonl': {
    args: ['index', 'process-jsonl', NAME, ...INTO, ...SMALL, '--fresh'],
    call: 'BatchObjects',
    after: 2,
    stopping: FINISHING,
    interrupted: CONTINUE,
    afterwards: /continues the interrupted run \S+ after line \d0[\s\S]*written +60$/m,
  },
  'index sync --from-command': {
    args: ['index', 'sync', ...INTO, ...SMALL, '--from-command', '--', 'cat', NAME],
    call: 'BatchObjects',
    after: 2,
    stopping: FINISHING,
    interrupted: CONTINUE,
    afterwards: /written +60$/m,
  },
  'index sync --stdin': {
    args: ['index', 'sync', '--stdin', ...INTO, ...SMALL],
    call: 'BatchObjects',
    after: 2,
    stopping: /^stopping: finishing \d batch/m,
    interrupted: /^interrupted; continue with the same records into: (elysiactl index sync --stdin .*)$/m,
  },
  'index watch': {
    args: ['index', 'watch', 'inbox', ...INTO, ...SMALL, '--settle', '0'],
    call: 'BatchObjects',
    after: 2,
    stopping: FINISHING,
    interrupted: CONTINUE,
  },
  'col backup into a directory': {
    args: ['col', 'backup', 'SourceCode', '--to', 'new'],
    call: 'Search',
    after: 1,
    stopping: /^stopping: finishing what is in flight; again to abort$/m,
    interrupted: CONTINUE,
    afterwards: /^archive: \S+new$/m,
  },
  'col backup into a file': {
    args: ['col', 'backup', 'SourceCode', '--to', 'new.jsonl'],
    call: 'Search',
    after: 1,
    stopping: /^stopping: finishing what is in flight; again to abort$/m,
    interrupted: AGAIN,
    afterwards: /^archive: \S+new\.jsonl$/m,
  },
  'col restore': {
    args: ['col', 'restore', 'archive', '--name', 'Other', ...SMALL],
    call: 'BatchObjects',
    after: 2,
    stopping: FINISHING,
    interrupted: CONTINUE,
    afterwards: /read back: 60 of 60 objects/,
  },
  'col catalog verify': {
    args: ['col', 'catalog', 'verify', 'archive', '--level', 'live'],
    call: 'Search',
    after: 1,
    stopping: /^stopping$/m,
    interrupted: AGAIN,
    afterwards: /archive/,
  },
}

/** A server with the collection SourceCode, and its archive. */
async function furnished(t: Test): Promise<{ double: Double; place: Home }> {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const place = home(t, { [NAME]: adds(60) })
  mkdirSync(join(place.directory, 'inbox'))
  writeFileSync(join(place.directory, 'part'), adds(60))
  renameSync(join(place.directory, 'part'), join(place.directory, 'inbox', 'a.jsonl'))
  return { double, place }
}

for (const [name, job] of some(Object.entries(JOBS))) {
  t.test(`${name}: Ctrl-C says what happens and how to go on`, async (t) => {
    const { double, place } = await furnished(t)
    const target = [job.args.includes('live') ? '--against' : '--target', double.target]
    if (job.args[0] === 'col') {
      const store = await openStore(parseTarget(double.target))
      const { status } = await ingest(Readable.from([Buffer.from(adds(60))]), store, {
        collection: 'source-code',
      })
      t.equal(status, 'done')
      if (job.args.includes('archive'))
        await backup(store, 'SourceCode', directoryStorage(join(place.directory, 'archive')), {})
      await store.close()
    }
    const before = double.calls.by[job.call] ?? 0
    double.faults.inject({ fault: 'delay', on: job.call, ms: 400 })
    const { stderr, code } = await interrupted(place, withTarget(job.args, target), () => {
      return (double.calls.by[job.call] ?? 0) >= before + job.after
    })
    t.equal(code, 130, stderr)
    t.match(stderr, job.stopping)
    t.match(stderr.trimEnd().split('\n').at(-1), job.interrupted)
    if (job.afterwards === undefined) return
    double.faults.clear()
    const again = await pasted(place, job.interrupted.exec(stderr)![1]!)
    t.match(again.stderr, job.afterwards)
  })
}

/** Flags stand before the command that is wrapped. */
function withTarget(args: readonly string[], target: readonly string[]): string[] {
  const end = args.indexOf('--')
  return end === -1 ? [...args, ...target] : [...args.slice(0, end), ...target, ...args.slice(end)]
}

async function interrupted(place: Home, args: readonly string[], isDue: () => boolean): Promise<Ended> {
  const { child, ended } = place.start(args)
  child.stdin!.on('error', () => {})
  child.stdin!.write(adds(60))
  while (!isDue() && child.exitCode === null) await setTimeout(5)
  child.kill('SIGINT')
  const result = await ended
  child.stdin!.destroy()
  return result
}

/** Gives the line to a shell, as a person would. */
async function pasted({ start }: Home, line: string): Promise<Ended> {
  const words = line.replace(/^elysiactl /, '"$@" ')
  const { child, ended } = start([], ['sh', '-c', words, 'sh'])
  child.stdin!.end()
  return ended
}
