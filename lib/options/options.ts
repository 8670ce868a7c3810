import { ElysiaError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import type { OptionSchema, OptionsSchema } from './schema.ts'
import { OptionFault, type OptionValue, optionValue } from './value.ts'

type ValueOf<P extends OptionSchema> = P extends { readonly enum: readonly (infer E)[] }
  ? E
  : P['type'] extends 'string'
    ? string
    : P['type'] extends 'integer'
      ? number
      : boolean

type RequiredKey<S extends OptionsSchema> = S extends { readonly required: readonly (infer K)[] } ? K : never

type PresentKey<S extends OptionsSchema> = {
  [K in keyof S['properties']]: S['properties'][K] extends { readonly default: unknown }
    ? K
    : K extends RequiredKey<S>
      ? K
      : never
}[keyof S['properties']]

type Flat<T> = { [K in keyof T]: T[K] }

/** Options after `resolveOptions`: defaults filled in, sizes in bytes, durations in milliseconds. */
export type ResolvedOptions<S extends OptionsSchema> = Flat<
  { readonly [K in PresentKey<S>]: ValueOf<S['properties'][K]> } & {
    readonly [K in Exclude<keyof S['properties'], PresentKey<S>>]?: ValueOf<S['properties'][K]>
  }
>

/** Options as a caller may give them: only the required ones are mandatory. */
export type OptionsInput<S extends OptionsSchema> = Flat<
  { readonly [K in keyof S['properties'] & RequiredKey<S>]: ValueOf<S['properties'][K]> } & {
    readonly [K in Exclude<keyof S['properties'], RequiredKey<S>>]?: ValueOf<S['properties'][K]>
  }
>

/**
 * Where a layer's values were written. In `code` numbers are bytes and milliseconds; elsewhere a unit is required.
 */
export type LayerKind = 'flag' | 'environment' | 'file' | 'code'

/** Values from one place, by the key of the schema. `origin` names the place for a person. */
export interface Layer {
  readonly kind: LayerKind
  readonly origin: string
  readonly values: Readonly<Record<string, unknown>>
}

/** Resolved options, and the origin of each; `default` if nobody set it. */
export interface Resolution<S extends OptionsSchema> {
  readonly options: ResolvedOptions<S>
  readonly origins: Readonly<Record<string, string>>
}

/** The names of an option in the three places where people write it. */
export interface OptionNames {
  readonly flag: string
  readonly env: string
  readonly key: string
}

/** `batchSize` → `batch-size`, `ELYSIACTL_BATCH_SIZE`, `batch_size`. */
export function namesOf(key: string, option: OptionSchema): OptionNames {
  const flag = option.flag ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const snake = flag.replaceAll('-', '_')
  return { flag, env: `ELYSIACTL_${snake.toUpperCase()}`, key: snake }
}

/**
 * Resolves the options from layers, strongest first. Does not change the layers.
 * @throws ElysiaError ELYSIA_USAGE for an unknown key (naming the nearest known one), a value of the wrong type or
 * out of bounds, a number without its unit, and a required option that no layer sets.
 */
export function resolveOptions<S extends OptionsSchema>(schema: S, layers: readonly Layer[]): Resolution<S> {
  for (const layer of layers) refuseUnknown(schema, layer)
  const options: Record<string, unknown> = {}
  const origins: Record<string, string> = {}
  for (const [key, option] of Object.entries(schema.properties)) {
    const layer = layers.find(({ values }) => values[key] !== undefined)
    const value = layer === undefined ? option.default : checkedValue(key, option, layer)
    if (value === undefined) requireNot(schema, key, option)
    else options[key] = value
    origins[key] = layer?.origin ?? 'default'
  }
  return { options: options as ResolvedOptions<S>, origins }
}

/** Resolves options given in code. @throws ElysiaError as `resolveOptions` */
export function resolveInput<S extends OptionsSchema>(schema: S, input: OptionsInput<S>): ResolvedOptions<S> {
  const values = input as Readonly<Record<string, unknown>>
  return resolveOptions(schema, [{ kind: 'code', origin: 'options', values }]).options
}

function refuseUnknown(schema: OptionsSchema, layer: Layer): void {
  for (const key of Object.keys(layer.values)) {
    if (Object.hasOwn(schema.properties, key)) continue
    const hint = didYouMean(key, Object.keys(schema.properties), 'see the table of options in SPEC.md')
    throw new ElysiaError('ELYSIA_USAGE', `unknown option ${key} in ${layer.origin}`, { hint })
  }
}

function requireNot(schema: OptionsSchema, key: string, option: OptionSchema): void {
  if (!schema.required?.includes(key)) return
  const { flag, env } = namesOf(key, option)
  throw new ElysiaError('ELYSIA_USAGE', `--${flag} is missing`, {
    hint: `give --${flag} ${option.placeholder ?? 'VALUE'}, or set ${env}: ${option.description}`,
  })
}

/** How a layer's writer named the option, and what they wrote. */
function writtenOption(key: string, option: OptionSchema, layer: Layer): string {
  const names = namesOf(key, option)
  const value = String(layer.values[key])
  if (layer.kind === 'flag') return `--${names.flag} ${value}`
  if (layer.kind === 'environment') return `${names.env}=${value}`
  if (layer.kind === 'file') return `${names.key}: ${value} in ${layer.origin}`
  return `${key}: ${value}`
}

function checkedValue(key: string, option: OptionSchema, layer: Layer): OptionValue {
  const value = optionValue(option, layer.values[key], layer.kind === 'code')
  const exposed = layer.kind === 'flag' ? option.flagCheck?.(String(layer.values[key])) : undefined
  if (exposed !== undefined)
    throw new ElysiaError('ELYSIA_USAGE', `--${namesOf(key, option).flag} holds a secret`, { hint: exposed })
  if (!(value instanceof OptionFault)) return value
  throw new ElysiaError('ELYSIA_USAGE', `${writtenOption(key, option, layer)} is not valid`, {
    hint: value.hint,
  })
}
