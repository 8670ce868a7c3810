import type { StoredObject } from '../../lib/core/object.ts'
import type { CollectionSchema } from '../../lib/store/store.ts'

const VOCABULARY = 5_000

/**
 * A text of so many characters, the same for the same number: words of a vocabulary, the first of them often
 * and most of them rarely, as in source code; a server that indexes words has to work as hard as it would.
 */
export function textAt(n: number, length: number): string {
  let text = ''
  let state = Math.imul(n + 1, 2_654_435_761)
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const rank = Math.floor(VOCABULARY ** (state / 2 ** 32))
    text += `${Math.imul(rank, 40_503).toString(36)} `
  }
  return text.slice(0, length)
}

const text = (name: string) => ({
  name,
  dataType: ['text'],
  tokenization: 'field',
  indexFilterable: false,
  indexSearchable: false,
})

/** A class of five properties, none of them searchable: what the server does is little, so that we show. */
export function plainClass(name: string): CollectionSchema {
  const properties = [
    text('title'),
    text('body'),
    text('language'),
    { name: 'size', dataType: ['int'] },
    { name: 'draft', dataType: ['boolean'] },
  ]
  return { class: name, vectorizer: 'none', properties }
}

/** An object of that class, with 700 bytes of text. */
export function plainObject(n: number): StoredObject {
  const id = `${n.toString(16).padStart(8, '0')}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`
  const body = textAt(n, 700)
  return { id, properties: { title: `title ${n}`, body, language: 'text', size: n, draft: n % 2 === 0 } }
}

/** A change record of 750 bytes on average, as a line without its terminator. */
export function recordLine(n: number): string {
  const path = `src/part${n % 97}/module${n}.ts`
  return JSON.stringify({ repo: 'bench', op: 'add', path, content: textAt(n, 675) })
}
