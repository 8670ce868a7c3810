/** What a look at one thing found. */
export interface Check {
  readonly area:
    | 'node'
    | 'addons'
    | 'directories'
    | 'disk'
    | 'locks'
    | 'databases'
    | 'configuration'
    | 'target'
  /** What was looked at: a package, a path, a store. */
  readonly subject: string
  /** `warning`: it works, and something is to be done; `fault`: something does not work. */
  readonly level: 'ok' | 'warning' | 'fault'
  readonly fact: string
  /** The next step, where there is one. */
  readonly next?: string
}

type Made = Omit<Check, 'area' | 'level' | 'next'>

/** Makes checks of one area. */
export function checksOf(area: Check['area']) {
  const made =
    (level: Check['level']) =>
    (subject: string, fact: string, next?: string): Check => {
      const check: Made = { subject, fact }
      return { area, level, ...check, ...(next !== undefined && { next }) }
    }
  return { ok: made('ok'), warning: made('warning'), fault: made('fault') }
}
