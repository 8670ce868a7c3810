import type { JournalEntry, Manifest, Plan } from './manifest.ts'

/** Checks the shape of a value: returns the fault, or undefined. */
type Shape = (value: unknown) => string | undefined

/** Checks for the manifests, plans and journal entries of archives, which anybody may have written. */
export interface ManifestShapes {
  readonly manifest: Shape
  readonly plan: Shape
  readonly entry: Shape
}

let loaded: Promise<ManifestShapes> | undefined

/** The shape checks. They take 200 ms to load, so they are loaded on first use. */
export function shapes(): Promise<ManifestShapes> {
  loaded ??= loadShapes()
  return loaded
}

async function loadShapes(): Promise<ManifestShapes> {
  const [{ loadCompiler }, schemas] = await Promise.all([
    import('../core/typebox.ts'),
    import('./manifest.ts'),
  ])
  const Compile = await loadCompiler()
  const { ManifestSchema, PlanSchema, JournalEntrySchema } = schemas
  return {
    manifest: shape(() => Compile(ManifestSchema)),
    plan: shape(() => Compile(PlanSchema)),
    entry: shape(() => Compile(JournalEntrySchema)),
  }
}

interface Validator {
  Check(value: unknown): boolean
  Errors(value: unknown): readonly { readonly instancePath: string; readonly message: string }[]
}

function shape(compile: () => Validator): Shape {
  let validator: Validator | undefined
  return (value) => {
    validator ??= compile()
    if (validator.Check(value)) return undefined
    const [first] = validator.Errors(value)
    return `${first?.instancePath ?? ''} ${first?.message ?? ''}`
  }
}

/** How a manifest or plan of valid shape contradicts itself; undefined if it does not. */
export function classFault({ schema, collection }: Manifest | Plan): string | undefined {
  if (schema.class !== collection) return 'names two classes'
  return areProperties(schema.properties) ? undefined : 'has a class with invalid properties'
}

function areProperties(properties: unknown): boolean {
  if (properties === undefined || properties === null) return true
  return Array.isArray(properties) && properties.every(isProperty)
}

function isProperty(property: unknown): boolean {
  if (typeof property !== 'object' || property === null) return false
  const { name, dataType, nestedProperties } = property as Readonly<Record<string, unknown>>
  const areTypes = Array.isArray(dataType) && dataType.every((type) => typeof type === 'string')
  return typeof name === 'string' && areTypes && areProperties(nestedProperties)
}

/** The fault in a plan; undefined if there is none. */
export function planFault(plan: Plan, { plan: shape }: ManifestShapes): string | undefined {
  return shape(plan) ?? classFault(plan)
}

/** The fault in a journal entry; undefined if there is none. */
export function entryFault(entry: JournalEntry, { entry: shape }: ManifestShapes): string | undefined {
  return shape(entry) ?? (entry.plan && classFault(entry.plan))
}
