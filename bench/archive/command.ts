import { rmSync } from 'node:fs'
import { COMMAND, homeIn } from '../embedded.ts'
import { type Figures, run } from '../measure.ts'

/** What the command reports of a backup or a restore, as far as it is used here. */
export interface ArchiveFigures extends Figures {
  readonly objects: number
  readonly bytes: number
  readonly raw_bytes: number
  readonly seconds: number
}

/** Runs `col backup` or `col restore`; its rate is over all it does once it is connected. */
export async function archiveCommand(words: readonly string[], home: string): Promise<ArchiveFigures> {
  const { output } = await run([...COMMAND, 'col', ...words, '--json', '--quiet'], homeIn(home))
  const document = JSON.parse(output) as ArchiveFigures | { readonly restores: readonly [ArchiveFigures] }
  const report = 'restores' in document ? document.restores[0] : document
  return { ...report, rate: report.objects / report.seconds }
}

/** Backs a collection up into a directory that is made anew. */
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
