import { pluralize, type RunEvent } from '../../library.ts'

const PROPERTIES_SHOWN = 20

/** The class that was derived from objects. */
export function classText(event: Extract<RunEvent, { readonly type: 'class_derived' }>): string {
  const { collection, properties, vectors, tenants } = event
  const more = properties.length - PROPERTIES_SHOWN
  const shown = properties.slice(0, PROPERTIES_SHOWN).join(', ')
  const facts = [
    `${properties.length === 0 ? 'no properties' : shown}${more > 0 ? `, and ${more} more` : ''}`,
    ...(vectors.length > 0
      ? [`vectors ${vectors.map((name) => (name === '' ? 'without a name' : name)).join(', ')}`]
      : []),
    ...(tenants ? ['with tenants'] : []),
  ]
  return `derived ${collection}: ${facts.join('; ')}`
}

/** How a foreign source is read. */
export function readAsText(event: Extract<RunEvent, { readonly type: 'source_read_as' }>): string {
  const { source, shape, id, id_made: isMade, vectors, renamed, left_out: leftOut } = event
  const made = isMade ? `ids made of ${id.join(', ')}` : `ids from ${id.join(', ')}`
  const facts = [
    made,
    vectors.length === 0 ? 'no vectors' : `vectors from ${vectors.join(', ')}`,
    ...(renamed.length > 0 ? [`properties renamed: ${renamed.join(', ')}`] : []),
    ...(leftOut.length > 0 ? [`left out: ${leftOut.join(', ')}`] : []),
  ]
  return `${source} is read as ${shape}: ${facts.join('; ')}`
}

/** What was changed in a foreign source. */
export function changedText(event: Extract<RunEvent, { readonly type: 'source_changed' }>): string {
  const {
    source,
    ids,
    vectors_rounded: vectors,
    numbers_rounded: numbers,
    sparse_vectors: sparse,
    names,
    fields,
  } = event
  const facts = [
    ids !== undefined &&
      `${pluralize(ids, 'id')} made from ids that are not UUIDs, which are the property original_id`,
    vectors !== undefined && `${pluralize(vectors, 'vector')} rounded to float32`,
    numbers !== undefined && `${pluralize(numbers, 'decimal')} rounded to a 64-bit float`,
    sparse !== undefined &&
      `${pluralize(sparse, 'sparse vector')} left out, since there is no index for them`,
    names !== undefined && `${pluralize(names, 'field')} renamed, to names that a property may have`,
    fields !== undefined && `${pluralize(fields, 'field')} left out`,
  ]
  return `${source}: ${facts.filter((fact) => fact !== false).join('; ')}`
}
