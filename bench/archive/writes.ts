import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openWeaviate } from '../../lib/store/weaviate/store.ts'
import type { Address } from '../../test/double/dialogue/ask.ts'
import { compare, type Figures, figuresOf, inTurns, median, round, say } from '../measure.ts'
import { archiveCommand, backUp } from './command.ts'
import { archiveClass, makeStore, removeStore, type Shape } from './objects.ts'
import type { Load } from './serverLoads.ts'

const LOADS = fileURLToPath(new URL('serverLoads.ts', import.meta.url))
const [FULL, COPY] = ['BnWritten', 'BnCopy']
const IN_FLIGHT = 4
/** Lets the server come to rest: what it does after a load would be paid for by the next one. */
const REST_MS = 1_000

interface Measured extends Figures {
  /** Of the processor, an object: with the start of the command, without that of the flood. */
  readonly cpu_us: number
  /** Seconds of the processor that the server took meanwhile, where it runs on this machine. */
  readonly server_cpu_s: number
}

/** `col restore` into a real Weaviate beside a raw flood of the same objects: how long, and what of the processor. */
export async function benchArchiveWrites(
  { http, grpc }: Address,
  home: string,
  rounds: number,
  shape: Shape,
  index: string,
): Promise<void> {
  const store = await openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
  const target = `${http}?grpc=${grpc}`
  const [full, archive] = [join(home, 'written.db'), join(home, 'written')]
  const load: Load = { http, grpc, class: COPY, workers: IN_FLIGHT, shape }
  try {
    await makeStore(full, FULL, shape)
    await backUp(FULL, `sqlite:${full}`, archive, home)
    removeStore(full)
    const taken = await inTurns(rounds, {
      flood: () => fresh(true, () => figuresOf([LOADS, 'flood', JSON.stringify(load)])),
      unread: () => fresh(false, () => restore('--no-verify')),
      restore: () => fresh(false, () => restore()),
    })
    compare('col restore --no-verify / raw flood', 0.95, taken.flood, taken.unread)
    compare('col restore, all read back, / raw flood', undefined, taken.flood, taken.restore)
    compareUsage('col restore --no-verify: processor time', taken.flood, taken.unread)
    compareUsage('col restore, all read back: processor time', taken.flood, taken.restore)
  } finally {
    await store.drop(COPY)
    await store.close()
  }

  function restore(...more: string[]): Promise<Figures> {
    const words = ['--name', COPY, '--index-type', index, '--target', target, '--workers', String(IN_FLIGHT)]
    return archiveCommand(['restore', archive, ...words, ...more], home)
  }

  async function fresh(made: boolean, work: () => Promise<Figures>): Promise<Measured> {
    await store.drop(COPY)
    if (made) await store.create(archiveClass(COPY, index))
    await setTimeout(REST_MS)
    const before = serverSeconds(http)
    const figures = (await work()) as Measured
    const server_cpu_s = serverSeconds(http) - before
    const objects = await store.collection(COPY).count()
    if (objects !== shape.count) throw new Error(`${COPY} has ${objects} of ${shape.count} objects`)
    return { ...figures, server_cpu_s }
  }

  function compareUsage(what: string, floor: readonly Measured[], ours: readonly Measured[]): void {
    const [bare, own] = [floor, ours].map((all) => Math.min(...all.map(({ cpu_us }) => cpu_us)))
    const serverUs = (all: readonly Measured[]) =>
      round((median(all.map(({ server_cpu_s }) => server_cpu_s)) / shape.count) * 1e6, 1)
    say(what, {
      floor_cpu_us: round(bare!, 1),
      cpu_us: round(own!, 1),
      ratio: round(own! / bare!),
      at_most: 1.5,
      floor_server_cpu_us: serverUs(floor),
      server_cpu_us: serverUs(ours),
    })
  }
}

const TICKS_A_SECOND = 100

/** What the server with this port has taken of the processor; 0 where it is not on this machine. */
function serverSeconds(http: string): number {
  const { port } = new URL(http)
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const words = textOf(`/proc/${pid}/cmdline`).split('\0')
    if (!words[0]!.includes('weaviate') || words[words.indexOf('--port') + 1] !== port) continue
    const fields = textOf(`/proc/${pid}/stat`).split(') ').at(-1)!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
  }
  return 0
}

/** Nothing of a process that has ended meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
