/** The result of one check. */
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
  /** What was checked: a package, a path, a store. */
  readonly subject: string
  /** `warning`: it works, but something should be done; `fault`: it does not work. */
  readonly level: 'ok' | 'warning' | 'fault'
  readonly fact: string
  /** The next step, if there is one. */
  readonly next?: string
}

type CheckFact = Omit<Check, 'area' | 'level' | 'next'>

/** Makes checks of one area. */
export function checksOf(area: Check['area']) {
  const made =
    (level: Check['level']) =>
    (subject: string, fact: string, next?: string): Check => {
      const check: CheckFact = { subject, fact }
      return { area, level, ...check, ...(next !== undefined && { next }) }
    }
  return { ok: made('ok'), warning: made('warning'), fault: made('fault') }
}
