import type { StoreSurvey } from '../../store/survey.ts'

/**
 * Something that is wrong with a store. `stop`: a job would fail, or lose data; copies and restores refuse to begin.
 * `warning`: all data is there, but less protected against loss.
 */
export interface HealthFinding {
  readonly level: 'stop' | 'warning'
  /** A clause: `the node node2 is UNAVAILABLE`. */
  readonly fact: string
}

/** The state of a store. Healthy means that there are no findings. */
export interface HealthReport extends Omit<StoreSurvey, 'missingRights'> {
  readonly target: string
  readonly kind: string
  readonly healthy: boolean
  /** The largest difference between a clock of the store and this machine's. */
  readonly clockDifferenceMs?: number
  readonly findings: readonly HealthFinding[]
}
