import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openWeaviate } from '../../lib/store/weaviate/store.ts'
import type { Address } from '../../test/double/dialogue/ask.ts'
import { compare, type Figures, figuresOf, inTurns } from '../measure.ts'
import { backUp } from './command.ts'
import { archiveClass, fill, type Shape } from './objects.ts'
import type { Load } from './serverLoads.ts'

const LOADS = fileURLToPath(new URL('serverLoads.ts', import.meta.url))
const FULL = 'BnFull'

/** Lets the server come to rest: what it does after a load would be paid for by the next one. */
const REST_MS = 1_000

const WORKERS = 2

/**
 * `col backup` from a real Weaviate beside a scan that only counts.
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
  try {
    await store.drop(FULL)
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
    compare('col backup as Parquet / raw scan that counts', 0.8, scans.scan, scans.parquet)
  } finally {
    await store.drop(FULL)
    await store.close()
  }

  function backup(how: readonly string[]): Promise<Figures> {
    return backUp(FULL, target, archive, home, '--workers', String(WORKERS), ...how)
  }
}

async function rested(work: () => Promise<Figures>): Promise<Figures> {
  await setTimeout(REST_MS)
  return work()
}
