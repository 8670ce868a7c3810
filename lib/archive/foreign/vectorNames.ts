const UNNAMED = /^(vector|embedding|embeddings|dense_vector)$/i
const PREFIXED = /^(?:vector|embedding)_(.+)$/i

/** The vector that a field of this name holds, `''` for the unnamed one; undefined if the name does not tell. */
export function vectorName(field: string): string | undefined {
  return UNNAMED.test(field) ? '' : PREFIXED.exec(field)?.[1]
}
