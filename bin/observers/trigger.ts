import { fstatSync, readFileSync, statSync } from 'node:fs'
import { isatty } from 'node:tty'
import type { Console } from '../cli/console.ts'
import type { Trigger } from '../library.ts'

/** The process names of programs that start others by the clock. */
const CLOCKS: ReadonlySet<string> = new Set([
  'cron',
  'crond',
  'anacron',
  'atd',
  'fcron',
  'dcron',
  'busybox-cron',
])
const ANCESTORS = 16

/**
 * What started this command: the value of ELYSIACTL_TRIGGER; `cron` if an ancestor process is a cron, or systemd
 * started it without a terminal; otherwise a user.
 */
export function triggerOf(
  env: Readonly<Record<string, string | undefined>>,
  { printsToTerminal }: Pick<Console, 'printsToTerminal'>,
): Trigger {
  const { ELYSIACTL_TRIGGER: said, INVOCATION_ID: ofSystemd } = env
  if (said === 'auto' || said === 'cron' || said === 'user') return said
  if (printsToTerminal || readsTerminal()) return 'user'
  return ofSystemd !== undefined || isBelowClock(process.ppid) ? 'cron' : 'user'
}

/** True if input, output or messages are those of a terminal. It makes no stream. */
export function isAtTerminal(): boolean {
  return [0, 1, 2].some((descriptor) => isatty(descriptor))
}

/** Reading it through Node would make the stream first: 4 ms of each start. */
function readsTerminal(): boolean {
  try {
    const input = fstatSync(0)
    const isNothing = input.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev
    return input.isCharacterDevice() && !isNothing && process.stdin.isTTY === true
  } catch {
    // It is closed.
    return false
  }
}

/** On systems other than Linux other processes are unknown. @see proc_pid_stat(5) */
function isBelowClock(parent: number): boolean {
  let pid = parent
  for (let above = 0; above < ANCESTORS && pid > 1; above += 1) {
    const found = statOf(pid)
    if (found === undefined) return false
    if (CLOCKS.has(found.name.toLowerCase())) return true
    pid = found.parent
  }
  return false
}

function statOf(pid: number): { readonly name: string; readonly parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = text.lastIndexOf(')')
    const parent = Number(text.slice(end + 2).split(' ')[1])
    return { name: text.slice(text.indexOf('(') + 1, end), parent }
  } catch {
    return undefined
  }
}
