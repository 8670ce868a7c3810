import type { SchemaDraft } from '../schemaDraft.ts'
import { propertiesOf } from './properties.ts'
import type { SchemaRule } from './rule.ts'

/** Consequences of renaming a class. */
export const NAMING: readonly SchemaRule[] = [
  {
    name: 'name',
    meaning: 'the class gets the name of `--name`',
    of: 'any',
    cause: 'asked',
    apply: name,
  },
  {
    name: 'reference-to-itself',
    meaning: 'references of the class to itself follow the new name',
    of: 'any',
    cause: 'asked',
    apply: referenceToItself,
  },
]

function name({ wishes, set }: SchemaDraft): void {
  if (wishes.name !== undefined) set(['class'], wishes.name, 'it is restored under another name')
}

function referenceToItself({ schema, nameBefore, set }: SchemaDraft): void {
  const nameNow = String(schema.class)
  for (const { property, path } of propertiesOf(schema)) {
    const { dataType } = property
    if (nameNow === nameBefore || !dataType.includes(nameBefore)) continue
    const renamed = dataType.map((type) => (type === nameBefore ? nameNow : type))
    set([...path, 'dataType'], renamed, 'its references lead to objects of the class itself')
  }
}
