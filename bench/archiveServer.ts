import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Store } from '../lib/store/store.ts'
import { openWeaviate } from '../lib/store/weaviate/store.ts'
import type { Address } from '../test/double/ask.ts'
import { archiveCommand, backUp } from './archive/command.ts'
import { archiveClass, fill, type Shape } from './archive/objects.ts'
import type { Load } from './archive/serverLoads.ts'
import { compare, type Figures, figuresOf, inTurns } from './measure.ts'

const LOADS = fileURLToPath(new URL('archive/serverLoads.ts', import.meta.url))
const [FULL, COPY] = ['BnFull', 'BnCopy']

/** Lets the server come to rest: what it does after a load would be paid for by the next one. */
const REST_MS = 1_000

const WORKERS = 2
const IN_FLIGHT = 4

/**
 * `col backup` from a real Weaviate beside a scan that only counts, and `col restore` into it beside a raw flood
 * of the same objects.
 */
export async function benchArchiveServer(
  { http, grpc }: Address,
  home: string,
  rounds: number,
  shape: Shape,
  index: string,
): Promise<void> {
  const store = await openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
  const target = `${http}?grpc=${grpc}`
  const archive = join(home, 'archive')
  const load = (name: string, workers: number): Load => ({ http, grpc, class: name, workers, shape })
  const drop = () => Promise.all([FULL, COPY].map((name) => store.drop(name)))
  try {
    await drop()
    await store.create(archiveClass(FULL, index))
    await fill(store.collection(FULL), shape)
    const scans = await inTurns(rounds, {
      scan: () => rested(() => figuresOf([LOADS, 'scan', JSON.stringify(load(FULL, WORKERS))])),
      read: () => rested(() => figuresOf([LOADS, 'read', JSON.stringify(load(FULL, WORKERS))])),
      auto: () => rested(() => backup([])),
      zstd: () => rested(() => backup(['--compression', 'zstd:3'])),
      parquet: () => rested(() => backup(['--format', 'parquet'])),
    })
    compare('Collection.read that counts / raw scan that counts', undefined, scans.scan, scans.read)
    compare('col backup as jsonl, auto (zstd:1), / raw scan that counts', 0.85, scans.scan, scans.auto)
    compare('col backup as jsonl and zstd:3 / raw scan that counts', 0.85, scans.scan, scans.zstd)
    compare('col backup as Parquet / raw scan that counts', 0.5, scans.scan, scans.parquet)
    await backup(['--compression', 'zstd'])
    const writes = await inTurns(rounds, {
      flood: () => fresh(true, () => figuresOf([LOADS, 'flood', JSON.stringify(load(COPY, IN_FLIGHT))])),
      unread: () => fresh(false, () => restore('--no-verify')),
      restore: () => fresh(false, () => restore()),
    })
    compare('col restore --no-verify / raw flood', 0.9, writes.flood, writes.unread)
    compare('col restore, all read back, / raw flood', undefined, writes.flood, writes.restore)
  } finally {
    await drop()
    await store.close()
  }

  function backup(how: readonly string[]): Promise<Figures> {
    return backUp(FULL, target, archive, home, '--workers', String(WORKERS), ...how)
  }

  function restore(...more: string[]): Promise<Figures> {
    const words = ['restore', archive, '--name', COPY, '--target', target, '--workers', String(IN_FLIGHT)]
    return archiveCommand([...words, ...more], home)
  }

  async function fresh(made: boolean, work: () => Promise<Figures>): Promise<Figures> {
    await store.drop(COPY)
    if (made) await store.create(archiveClass(COPY, index))
    const figures = await rested(work)
    await requireAll(store, shape.count)
    return figures
  }
}

async function rested(work: () => Promise<Figures>): Promise<Figures> {
  await setTimeout(REST_MS)
  return work()
}

async function requireAll(store: Store, count: number): Promise<void> {
  const objects = await store.collection(COPY).count()
  if (objects !== count) throw new Error(`${COPY} has ${objects} of ${count} objects`)
}
