import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'

/** A position in a file, counted from 1. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

/** The error for a text that is not YAML, or has a value that no object can hold. */
export class DocumentFault extends Error {
  readonly place: TextPosition

  constructor(message: string, place: TextPosition) {
    super(message)
    this.place = place
  }
}

/** The content of a YAML or JSON file, with its positions. */
export interface FileDocument {
  readonly value: unknown
  /** The position of a key or an item; if it is missing, that of its nearest existing parent. */
  placeOf(path: readonly (string | number)[]): TextPosition
}

/**
 * Reads YAML 1.2, which includes JSON. A whole number beyond ±(2^53 - 1) becomes a bigint; duplicate keys, aliases
 * that expand excessively and other programs' tags are refused. @throws DocumentFault
 */
export function readDocument(text: string): FileDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, intAsBigInt: true, prettyErrors: false })
  const at = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const [fault] = [...document.errors, ...document.warnings]
  if (fault !== undefined) throw new DocumentFault(firstLine(fault.message), at(fault.pos[0]))
  return {
    value: dataOf(() => document.toJS(), at(0)),
    placeOf: (path) => at(offsetOf(document.contents, path)),
  }
}

function dataOf(read: () => unknown, place: TextPosition): unknown {
  try {
    return withNumbers(read())
  } catch (error) {
    throw new DocumentFault(firstLine((error as Error).message), place)
  }
}

/** Whole numbers that a double holds exactly become numbers, as in JSON. */
function withNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return BigInt.asIntN(54, value) === value ? smallest(value) : value
  if (Array.isArray(value)) return value.map(withNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withNumbers(one)]))
}

function smallest(value: bigint): number | bigint {
  const double = Number(value)
  return Number.isSafeInteger(double) ? double : value
}

/**
 * The position of what a path names, or of its longest part that exists. A key has its own position, so that an error
 * can point at a wrong name.
 */
function offsetOf(root: Node | null, path: readonly (string | number)[]): number {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const key of path) {
    const pair = isMap(node)
      ? node.items.find((one) => isScalar(one.key) && one.key.value === key)
      : undefined
    const next: unknown =
      pair?.value ?? (node as { get?(key: unknown, keep: true): unknown } | null)?.get?.(key, true)
    const keyNode = (pair?.key ?? next) as Node | undefined
    if (keyNode?.range == null) return offset
    offset = keyNode.range[0]
    node = next
  }
  return offset
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!.replace(/:$/, '')
}
