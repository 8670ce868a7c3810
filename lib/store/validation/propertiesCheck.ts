import type { PropertiesCheck } from '../../archive/object/packedPage.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { propertiesFault, rulesOf } from './classRules.ts'

/** The check of ids and properties that an embedded store makes for a class: a thread can make it instead. */
export function propertiesCheck(schema: CollectionSchema): PropertiesCheck {
  const rules = rulesOf(schema)
  return { schema: rules.text, fits: (object) => propertiesFault(rules, object) === undefined }
}
