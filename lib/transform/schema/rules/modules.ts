import { recordOf } from '../../../core/value/record.ts'
import type { SchemaDraft } from '../schemaDraft.ts'
import { propertiesOf } from './properties.ts'
import type { SchemaRule } from './rule.ts'

/** Vectorizers, and other module settings of a class. */
export const MODULES: readonly SchemaRule[] = [
  {
    name: 'vectorizer-unknown',
    meaning: 'a vectorizer that the target does not have becomes `none`',
    of: 'server',
    cause: 'target',
    apply: vectorizerUnknown,
  },
  {
    name: 'vectorizer-unsaid',
    meaning: 'a class that names no vectorizer says `none`, since a server may have a standard one',
    of: 'server',
    cause: 'wording',
    apply: vectorizerUnsaid,
  },
  {
    name: 'module-unknown',
    meaning: '`moduleConfig` of modules that the target does not have is left out',
    of: 'server',
    cause: 'target',
    apply: moduleUnknown,
  },
  {
    name: 'property-module',
    meaning: 'what a property says to a vectorizer that its class does not use is left out',
    of: 'server',
    cause: 'wording',
    apply: propertyModule,
  },
]

function vectorizerUnknown({ schema, target, set }: SchemaDraft): void {
  const { modules } = target
  if (modules === undefined) return
  const lacks = (module: string) => module !== 'none' && module !== '' && !modules.includes(module)
  const { vectorizer } = schema
  if (typeof vectorizer === 'string' && lacks(vectorizer)) set(['vectorizer'], 'none', noModule(vectorizer))
  for (const [name, config] of Object.entries(recordOf(schema.vectorConfig))) {
    const missing = Object.keys(recordOf(recordOf(config).vectorizer)).find(lacks)
    if (missing !== undefined) set(['vectorConfig', name, 'vectorizer'], { none: {} }, noModule(missing))
  }
}

/**
 * Sets the vectorizer of a class without one to `none`: a server may have a default, which would compute vectors for
 * objects that never had any.
 */
function vectorizerUnsaid({ schema, set }: SchemaDraft): void {
  if (schema.vectorizer !== undefined || Object.keys(recordOf(schema.vectorConfig)).length > 0) return
  set(['vectorizer'], 'none', 'the class says nothing of it, and the target may have a standard of its own')
}

function moduleUnknown({ schema, target, set }: SchemaDraft): void {
  const { modules } = target
  if (modules === undefined) return
  const unknownModules = (config: unknown) =>
    Object.keys(recordOf(config)).filter((one) => !modules.includes(one))
  for (const module of unknownModules(schema.moduleConfig)) {
    set(['moduleConfig', module], undefined, noModule(module))
  }
  for (const { property, path } of propertiesOf(schema)) {
    for (const module of unknownModules(property.moduleConfig)) {
      set([...path, 'moduleConfig', module], undefined, noModule(module))
    }
  }
}

/** A server refuses property settings for a vectorizer that the class does not use. */
function propertyModule({ schema, set }: SchemaDraft): void {
  const used = modulesOf(schema)
  for (const { property, path } of propertiesOf(schema)) {
    for (const module of Object.keys(recordOf(property.moduleConfig)).filter((one) => /2\w*vec-/.test(one))) {
      if (used.includes(module)) continue
      set([...path, 'moduleConfig', module], undefined, `no vector of the class is made by ${module}`)
    }
  }
}

/** The vectorizers of a class, `none` included. */
function modulesOf(schema: SchemaDraft['schema']): string[] {
  const named = Object.values(recordOf(schema.vectorConfig)).flatMap((config) =>
    Object.keys(recordOf(recordOf(config).vectorizer)),
  )
  return typeof schema.vectorizer === 'string' ? [...named, schema.vectorizer] : named
}

function noModule(module: string): string {
  return `the target has no module ${module}`
}
