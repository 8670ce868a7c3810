import type { StoreSurvey } from '../../store/survey.ts'

/**
 * What is not as it should be. `stop`: a job would fail, or data be lost; copies and restores refuse to begin. `warning`: all
 * data are there, and less is between them and a loss.
 */
export interface HealthFinding {
  readonly level: 'stop' | 'warning'
  /** A clause: `the node node2 is UNAVAILABLE`. */
  readonly fact: string
}

/** How a store was found. Healthy means that there are no findings. */
export interface HealthReport extends Omit<StoreSurvey, 'missingRights'> {
  readonly target: string
  readonly kind: string
  readonly healthy: boolean
  /** By how much clocks of the store differ from that of this machine at most. */
  readonly clockDifferenceMs?: number
  readonly findings: readonly HealthFinding[]
}
