import type { Finding } from '../library.ts'

type ObjectFinding = Extract<Finding, { readonly of: 'object' }>
type VectorDifference = NonNullable<ObjectFinding['difference']>['vectors'][number]

/**
 * A finding as a line in the format of rclone's `check --combined`: the sign, a space, and the subject. After an id
 * follows what differs.
 */
export function findingLine(finding: Finding): string {
  const { sign } = finding
  switch (finding.of) {
    case 'schema':
      return `${sign} schema ${finding.path}${valuesText(finding.left, finding.right)}`
    case 'tenant':
      return `${sign} tenant ${finding.tenant}${valuesText(finding.left, finding.right)}`
    case 'alias':
      return `${sign} alias ${finding.alias}`
    case 'vectors':
      return `${sign} vectors  only the ${sign === '+' ? 'left' : 'right'} side has any`
    case 'unreadable':
      return `${sign} ${finding.where}  ${finding.reason} (${finding.code})`
    case 'object':
      return `${sign} ${nameOf(finding)}${differenceIn(finding)}`
  }
}

function nameOf({ id, tenant }: ObjectFinding): string {
  return tenant === undefined ? id : `${tenant}/${id}`
}

function differenceIn({ sign, difference }: ObjectFinding): string {
  if (sign === '!') return '  keeps changing'
  if (difference === undefined) return ''
  const { properties, references, vectors } = difference
  const parts = [...properties, ...references, ...vectors.map(vectorText)]
  return `  ${parts.join(', ')}`
}

/** `vector small (largest difference 0.1, cosine 0.998)`. */
function vectorText({ name, only, widths, largest, cosine }: VectorDifference): string {
  const facts = [
    ...(only === undefined ? [] : [`only ${only}`]),
    ...(widths === undefined ? [] : [`${widths[0]} and ${widths[1]} numbers`]),
    ...(largest === undefined ? [] : [`largest difference ${largest}`]),
    ...(cosine === undefined ? [] : [`cosine ${cosine}`]),
  ]
  return `vector${name === '' ? '' : ` ${name}`} (${facts.join(', ')})`
}

function valuesText(left: unknown, right: unknown): string {
  if (left === undefined && right === undefined) return ''
  if (left === undefined || right === undefined) return `  ${valueText(left ?? right)}`
  return `  ${valueText(left)} | ${valueText(right)}`
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A finding as JSON. For an object, what differs is beside its id. */
export function findingJson(finding: Finding): string {
  if (finding.of !== 'object') return JSON.stringify(finding)
  const { difference, ...rest } = finding
  return JSON.stringify({ ...rest, ...difference })
}
