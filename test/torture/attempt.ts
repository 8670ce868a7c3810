import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../bin/elysiactl.js', import.meta.url))

/** What is killed, and how much of it at a named step of its protocol. */
const POINTS = {
  backup: ['part.before-commit', 'part.after-commit', 'backup.before-note', 'backup.after-note'].concat(
    ['seal', 'copy', 'manifest', 'journal'].map((step) => `backup.before-${step}`),
  ),
  restore: ['made', 'before-note', 'after-note', 'written', 'linked'].map((step) => `restore.${step}`),
  cleanup: ['after-row', 'after-marker', 'after-manifest', 'before-parts', 'after-part', 'before-marker']
    .concat(['before-directory', 'before-tombstone'])
    .map((step) => `cleanup.${step}`),
  file: [],
  catalog: [],
} satisfies Readonly<Record<string, readonly string[]>>

export type Kind = keyof typeof POINTS

/** Steps that are passed for each part. */
const REPEATED = /note|commit|after-part/

/**
 * Gives a command once, in a home of its own; where it is of a kind, it is killed at a random moment or step, if it
 * lasts until then. `code` is null where it was.
 */
export async function attempt(
  home: string,
  words: readonly string[],
  kind: Kind | undefined,
  draw: () => number,
): Promise<{ readonly code: number | null; readonly errors: string }> {
  const point = kind === undefined || draw() < 0.5 ? undefined : pointOf(POINTS[kind], draw)
  const env = {
    ...process.env,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_STATE_HOME: join(home, 'state'),
    ...(point !== undefined && { ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: point }),
  }
  const child = spawn(process.execPath, [COMMAND, ...words], {
    env,
    cwd: home,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  const over = new AbortController()
  if (kind !== undefined && point === undefined) {
    const kill = () => void child.kill('SIGKILL')
    void wait(60 + draw() * 1000, undefined, { signal: over.signal }).then(kill, () => {})
  }
  const [code, errors] = await Promise.all([closed, text(child.stderr)])
  over.abort()
  return { code, errors }
}

function pointOf(points: readonly string[], draw: () => number): string | undefined {
  const point = points[Math.floor(draw() * points.length)]
  return point !== undefined && REPEATED.test(point) ? `${point}:${1 + Math.floor(draw() * 6)}` : point
}
