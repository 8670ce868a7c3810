import type { Trigger } from '../../history/entry.ts'
import type { SinkEntry } from './schema.ts'

/** What a run worked on: kind, collection and target. */
export interface RunSubject {
  readonly kind: string
  readonly collection: string
  readonly target: string
}

/** Selects the runs of a rule or a ping. */
export interface RunChoice {
  subject(subject: RunSubject): boolean
  trigger(trigger: Trigger): boolean
  /** Job kinds; absent for all. */
  readonly kinds?: readonly string[]
  /** What started the runs; absent for all. */
  readonly triggers?: readonly string[]
}

interface RuleBase {
  /** The rule's name, unique among the rules. */
  readonly name: string
  readonly severity: 'fault' | 'warning'
  /** How long the rule must hold before anything is sent. */
  readonly forMs: number
  /** How often the message is repeated while the rule holds; 0 for never. */
  readonly repeatMs: number
  /** Names of sinks. */
  readonly to: readonly string[]
  readonly takes: RunChoice
  /** The patterns of `takes`, as written. */
  readonly collections: readonly string[]
}

/** A rule, in bytes, milliseconds and shares from 0 to 1. */
export type Rule = RuleBase &
  (
    | { readonly when: 'failed'; readonly withinMs: number }
    | { readonly when: 'rejects'; readonly over: number; readonly withinMs: number }
    | {
        readonly when: 'success_rate'
        readonly under: number
        readonly runs: number
        readonly withinMs: number
      }
    | { readonly when: 'no_success'; readonly ageMs: number }
    | { readonly when: 'throughput'; readonly down: number }
    | { readonly when: 'memory'; readonly overBytes: number; readonly withinMs: number }
    | { readonly when: 'disk_free'; readonly underBytes?: number; readonly underShare?: number }
    | { readonly when: 'missed' }
    | { readonly when: 'damage' }
    | { readonly when: 'stall' }
  )

/** The rule for one condition. */
export type RuleOf<W extends Rule['when']> = Extract<Rule, { readonly when: W }>

type SinkType = SinkEntry['type']

/** Sinks that are told how runs end, but take no alerts. */
export const SINKS_OF_RUNS: readonly SinkType[] = ['healthchecks', 'uptime_kuma', 'ping']

/** A sink with an address. The address is a secret: it stays in a file or a variable until it is used. */
export interface HttpSetting {
  readonly name: string
  readonly type: Exclude<SinkType, 'command' | 'file' | 'stderr'>
  readonly url?: string
  /** The file that contains `url`. */
  readonly urlIn?: string
  readonly urlFile?: string
  readonly urlEnv?: string
  readonly caFile?: string
  readonly headersEnv?: Readonly<Record<string, string>>
  /** For a ping: the runs that it is told about. */
  readonly takes: RunChoice
}

interface CommandSetting {
  readonly name: string
  readonly type: 'command'
  readonly argv: readonly string[]
  /** Where the program runs: the directory of the configuration file. */
  readonly directory: string
}

interface FileSetting {
  readonly name: string
  readonly type: 'file'
  readonly path: string
}

interface StderrSetting {
  readonly name: string
  readonly type: 'stderr'
}

/** Where messages go, resolved from a configuration file. */
export type SinkSetting = HttpSetting | CommandSetting | FileSetting | StderrSetting

/** What is sent, when, and to which sinks. */
export interface AlertSettings {
  /** The file that these settings come from. */
  readonly origin: string
  readonly rules: readonly Rule[]
  readonly sinks: readonly SinkSetting[]
  /** An alert that began `episodes` times within `withinMs` ends only after nothing was found for as long. */
  readonly flapping: { readonly episodes: number; readonly withinMs: number }
}
