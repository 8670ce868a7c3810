import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMMAND, homeIn } from '../ingest/embedded.ts'
import { type Figures, run } from '../measure.ts'

const USAGE = fileURLToPath(new URL('../threads/usage.mjs', import.meta.url))

/** What the command reports of a backup or a restore, as far as it is used here. */
export interface ArchiveFigures extends Figures {
  readonly objects: number
  readonly bytes: number
  readonly raw_bytes: number
  readonly seconds: number
  /** Of the processor, an object, with its start. */
  readonly cpu_us: number
}

/** Runs `col backup` or `col restore`; its rate is over all it does once it is connected. */
export async function archiveCommand(words: readonly string[], home: string): Promise<ArchiveFigures> {
  const usage = join(home, 'usage.json')
  const argv = ['--import', USAGE, ...COMMAND, 'col', ...words, '--json', '--quiet']
  const { output } = await run(argv, { ...homeIn(home), BENCH_USAGE: usage })
  const document = JSON.parse(output) as ArchiveFigures | { readonly restores: readonly [ArchiveFigures] }
  const report = 'restores' in document ? document.restores[0] : document
  const { all } = JSON.parse(readFileSync(usage, 'utf8')) as { readonly all: number }
  return { ...report, rate: report.objects / report.seconds, cpu_us: (all / report.objects) * 1e6 }
}

/** Backs a collection up into a new directory. */
export function backUp(
  name: string,
  target: string,
  directory: string,
  home: string,
  ...more: string[]
): Promise<ArchiveFigures> {
  rmSync(directory, { recursive: true, force: true })
  return archiveCommand(['backup', name, '--target', target, '--to', directory, ...more], home)
}
