import { compared, type Dialogue, object, post, put, search } from '../dialogue.ts'

const property = (name: string, type: string, more: object = {}) => ({ name, dataType: [type], ...more })
const found = (operator: number, name: string, value: object) =>
  search('TwinFound', { filters: compared(operator, name, value) })
const unindexed = { indexFilterable: false, indexSearchable: false }

/** Properties compared with values, as far as elysiactl asks for it. */
export const FILTERS: Dialogue = {
  title: 'filters by property',
  steps: [
    post('TwinFound', {
      properties: [
        property('field', 'text', { tokenization: 'field' }),
        property('word', 'text'),
        property('hidden', 'text', unindexed),
        property('n', 'int'),
        property('d', 'date'),
        property('b', 'boolean'),
        property('tags', 'text[]', { tokenization: 'field' }),
      ],
    }),
    put(
      object('TwinFound', 1, { field: 'src/a.ts', word: 'Hello, World', n: 1, b: true, tags: ['x', 'y'] }),
      object('TwinFound', 2, { field: 'src/B.ts', word: 'hello', n: 2, d: '2024-01-01T00:00:00Z' }),
      object('TwinFound', 3, { field: 'src', word: 'other world', n: 3, d: '2024-06-01T00:00:00+02:00' }),
      object('TwinFound', 4, { hidden: 'x', tags: ['y', 'z'] }),
    ),
    found(1, 'field', { valueText: 'src/a.ts' }),
    found(1, 'field', { valueText: 'src/b.ts' }),
    found(2, 'field', { valueText: 'src/a.ts' }),
    found(1, 'word', { valueText: 'hello' }),
    found(1, 'word', { valueText: 'World hello' }),
    found(1, 'word', { valueText: 'hello moon' }),
    found(10, 'field', { valueText: 'src/*' }),
    found(1, 'n', { valueInt: 2 }),
    found(3, 'n', { valueInt: 1 }),
    found(4, 'n', { valueInt: 2 }),
    found(5, 'n', { valueInt: 2 }),
    found(6, 'n', { valueInt: 2 }),
    found(2, 'n', { valueInt: 2 }),
    found(3, 'd', { valueText: '2024-01-01T00:00:00Z' }),
    found(6, 'd', { valueText: '2024-01-01T01:00:00+01:00' }),
    found(1, 'b', { valueBoolean: true }),
    found(12, 'tags', { valueTextArray: { values: ['x', 'z'] } }),
    found(13, 'tags', { valueTextArray: { values: ['x', 'y'] } }),
    found(1, 'hidden', { valueText: 'x' }),
    found(11, 'n', { valueBoolean: true }),
  ],
}
