import type { Unit } from '../core/units.ts'

/**
 * One option, in the shape of a JSON Schema property. From it come the TypeScript type, the check, the flag,
 * the help text, the environment and configuration names and the row of SPEC.md: it is declared nowhere else.
 */
export interface OptionSchema {
  readonly type: 'string' | 'integer' | 'boolean'
  readonly description: string
  readonly default?: string | number | boolean
  /** Of what is true by default: what `--no-…` does. */
  readonly negative?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly string[]
  readonly pattern?: string
  /** Of a text that a pattern cannot judge: what it has to be, where it is not; undefined where it is. */
  readonly check?: (text: string) => string | undefined
  /** Of a text that may hold a secret: why it must not stand on a command line, which all users see; undefined where it may. */
  readonly flagCheck?: (text: string) => string | undefined
  /** Of a whole number: words that stand for some of them. */
  readonly words?: Readonly<Record<string, number>>
  /** Of a number: people then write `64MiB` or `30s`, and a number without a unit is refused. */
  readonly unit?: Unit
  /** The name people write, where it is not the key in kebab case. */
  readonly flag?: string
  readonly short?: string
  /** A value of one without a default, as a configuration file might say it. */
  readonly example?: string
  /** What stands for the value in help: `FILE`, `N|P%`. */
  readonly placeholder?: string
  /** What the value names: completion offers those that there are. */
  readonly kind?: ValueKind
  /** The words that it is one of, or some of, separated by commas: for completion. The job itself checks it. */
  readonly choices?: readonly string[]
  /** True for a path: in a configuration file it is relative to that file. */
  readonly path?: boolean
  /** True for what touches the user's secrets, trust or other files: a project's file must not set it. */
  readonly personal?: boolean
  /** True for what is decided anew at each call, and so comes from the command line only. */
  readonly flagOnly?: boolean
  /** True where the flag may stand several times: its values are joined by semicolons. */
  readonly repeated?: boolean
  /** True where the flag may stand several times and its place among the others of the kind counts: a command reads its `steps`. */
  readonly ordered?: boolean
  readonly hidden?: boolean
}

/** What a value on the command line may name. */
export type ValueKind = 'file' | 'directory' | 'collection' | 'archive' | 'target' | 'tenant' | 'tag'

/** The options of one job. `required` lists those that have no default and cannot be left out. */
export interface OptionsSchema {
  readonly type: 'object'
  /** The name of their table in SPEC.md. */
  readonly name: string
  /** What heads them in help, where it is not their name: `Output options`. */
  readonly title?: string
  readonly description: string
  readonly required?: readonly string[]
  readonly properties: Readonly<Record<string, OptionSchema>>
}
