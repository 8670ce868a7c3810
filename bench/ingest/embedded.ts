import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compare, type Figures, figuresOf, inTurns } from '../measure.ts'

const LOOP = fileURLToPath(new URL('embeddedLoop.ts', import.meta.url))

/** The command as its first line has it run. */
export const COMMAND = [
  '--max-semi-space-size=16',
  fileURLToPath(new URL('../../bin/elysiactl.js', import.meta.url)),
] as const

/** The words of `index process-jsonl` of one file into an embedded store. */
export function ingestWords(file: string, store: string): string[] {
  const words = ['index', 'process-jsonl', file, '--collection', 'source-code']
  return [...words, '--target', `sqlite:${store}`]
}

/** The environment of a command that is to leave nothing outside of a directory. */
export function homeIn(directory: string): Record<string, string> {
  return { XDG_STATE_HOME: directory, XDG_DATA_HOME: directory }
}

/** What the command reports of one file into an embedded store. */
export function ingestFile(file: string, store: string, home: string): Promise<Figures> {
  return figuresOf([...COMMAND, ...ingestWords(file, store), '--json', '--quiet'], homeIn(home))
}

/** process-jsonl into the embedded store, durable checkpoints included, beside a loop with the same INSERTs. */
export async function benchEmbedded(file: string, home: string, rounds: number): Promise<void> {
  const [own, bare] = [join(home, 'bench.db'), join(home, 'loop.db')]
  const taken = await inTurns(rounds, {
    loop: () => {
      clear(bare)
      return figuresOf([LOOP, file, bare])
    },
    first: () => {
      clear(own)
      return ingestFile(file, own, home)
    },
    again: () => ingestFile(file, own, home),
  })
  compare(
    'process-jsonl into the embedded store / bare loop with the same INSERTs',
    0.6,
    taken.loop,
    taken.first,
  )
  compare('the same input again, unchanged / the first run', undefined, taken.first, taken.again)
}

function clear(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
}
