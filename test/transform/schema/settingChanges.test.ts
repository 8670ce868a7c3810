import t from 'tap'
import { settingChanges } from '../../../lib/transform/schema/settingChanges.ts'

t.test(
  'what differs is told setting by setting, of properties by name, of another kind of index as a whole',
  async (t) => {
    const before = {
      class: 'Thing',
      description: 'old',
      properties: [
        { name: 'a', dataType: ['text'], tokenization: 'word' },
        { name: 'b', dataType: ['int'] },
      ],
      vectorConfig: { v: { vectorIndexType: 'hnsw', vectorIndexConfig: { ef: 1, distance: 'dot' } } },
      invertedIndexConfig: { bm25: { b: 0.5 } },
    }
    const after = {
      class: 'Thing',
      properties: [
        { name: 'b', dataType: ['int'] },
        { name: 'a', dataType: ['text'], tokenization: 'field' },
        { name: 'c', dataType: ['date'] },
      ],
      vectorConfig: { v: { vectorIndexType: 'flat', vectorIndexConfig: { distance: 'dot' } } },
      invertedIndexConfig: { bm25: { b: 0.75 } },
    }
    t.strictSame(settingChanges(before, after), [
      { path: 'description', from: 'old' },
      { path: 'properties.a.tokenization', from: 'word', to: 'field' },
      { path: 'properties.c', to: { name: 'c', dataType: ['date'] } },
      { path: 'vectorConfig.v.vectorIndexType', from: 'hnsw', to: 'flat' },
      {
        path: 'vectorConfig.v.vectorIndexConfig',
        from: { ef: 1, distance: 'dot' },
        to: { distance: 'dot' },
      },
      { path: 'invertedIndexConfig.bm25.b', from: 0.5, to: 0.75 },
    ])
    t.strictSame(settingChanges(before, structuredClone(before)), [])
  },
)
