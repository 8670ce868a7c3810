import type { Unit } from '../core/units.ts'

/**
 * One option, in the shape of a JSON Schema property. It is the only declaration: the TypeScript type, the check, the
 * flag, the help text, the environment and configuration names and the row in SPEC.md are derived from it.
 */
export interface OptionSchema {
  readonly type: 'string' | 'integer' | 'boolean'
  readonly description: string
  readonly default?: string | number | boolean
  /** What `--no-…` does, for an option that is true by default. */
  readonly negative?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly string[]
  readonly pattern?: string
  /** Checks a text beyond its pattern: returns what it has to be, or undefined if it is valid. */
  readonly check?: (text: string) => string | undefined
  /**
   * Checks a text that may hold a secret: returns why it must not be on a command line, which all users see, or
   * undefined if it may.
   */
  readonly flagCheck?: (text: string) => string | undefined
  /** Words for certain values of a whole number. */
  readonly words?: Readonly<Record<string, number>>
  /** The unit of a number: people then write `64MiB` or `30s`, and a number without a unit is refused. */
  readonly unit?: Unit
  /** The name that people write, if it is not the key in kebab case. */
  readonly flag?: string
  readonly short?: string
  /** An example value for a configuration file, if the option has no default. */
  readonly example?: string
  /** Stands for the value in help: `FILE`, `N|P%`. */
  readonly placeholder?: string
  /** What the value names: completion offers the existing ones. */
  readonly kind?: ValueKind
  /** The words for completion; the value is one of them, or several separated by commas. The job itself checks it. */
  readonly choices?: readonly string[]
  /** True for a path: in a configuration file it is relative to that file. */
  readonly path?: boolean
  /** True for an option that affects the user's secrets, trust or other files: a project's file must not set it. */
  readonly personal?: boolean
  /** True for an option that is decided for each call, and so is accepted only on the command line. */
  readonly flagOnly?: boolean
  /** True if the flag may be repeated: its values are joined by semicolons. */
  readonly repeated?: boolean
  /**
   * True if the flag may be repeated and its position among others of this kind matters: a command reads its `steps`.
   */
  readonly ordered?: boolean
  readonly hidden?: boolean
}

/** What a value on the command line may name. */
export type ValueKind = 'file' | 'directory' | 'collection' | 'archive' | 'target' | 'tenant' | 'tag'

/** The options of one job. `required` lists those that have no default and must be given. */
export interface OptionsSchema {
  readonly type: 'object'
  /** The name of their table in SPEC.md. */
  readonly name: string
  /** Their heading in help, if it differs from the name: `Output options`. */
  readonly title?: string
  readonly description: string
  readonly required?: readonly string[]
  readonly properties: Readonly<Record<string, OptionSchema>>
}
