import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { canonicalJson } from '../../lib/change/canonical.ts'
import { type FileState, fileObject } from '../../lib/change/layout.ts'
import { LAYOUT_VERSION } from '../../lib/change/recordHash.ts'
import { sourceCodeClass } from '../../lib/change/sourceCodeClass.ts'
import type { Json } from '../../lib/core/object.ts'
import { propertiesIn } from '../../lib/core/schema.ts'

const file = (parts: Partial<FileState> = {}): FileState => ({
  repo: 'ServiceA',
  path: 'src/a.py',
  text: 'import os\n',
  ...parts,
})

const propertiesOf = (parts: Partial<FileState> = {}) => fileObject(file(parts)).properties
const hashOf = (parts: Partial<FileState> = {}) => propertiesOf(parts).record_hash

t.test('an object says all that the record says, and what follows from it', async (t) => {
  const object = fileObject(
    file({
      metadata: { branch: 'main', lines: 3, reviewed: true, none: null, tags: ['x'], by: { name: 'Ada' } },
      timestamp: '2025-09-03T12:00:00+02:00',
      tenant: 'acme',
    }),
  )
  t.strictSame(object, {
    id: '0513ea79-d088-530e-a850-27ae48b82099',
    properties: {
      repository: 'ServiceA',
      file_path: 'src/a.py',
      file_name: 'a.py',
      extension: 'py',
      language: 'Python',
      content: 'import os\n',
      content_hash: createHash('sha256').update('import os\n').digest('hex'),
      size_bytes: 10,
      line_count: 2,
      last_modified: '2025-09-03T12:00:00+02:00',
      metadata: '{"branch":"main","by":{"name":"Ada"},"lines":3,"none":null,"reviewed":true,"tags":["x"]}',
      metadata_pairs: ['branch=main', 'lines=3', 'reviewed=true'],
      record_hash: '3198d538c081de30966e411cb68c3697c3fda98a361e3f74f314b4be808bd87b',
    },
    tenant: 'acme',
  })
})

t.test('the empty file has one line, no bytes and the hash of nothing', async (t) => {
  t.match(propertiesOf({ text: '' }), {
    content: '',
    line_count: 1,
    size_bytes: 0,
    content_hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
})

t.test('bytes are those of UTF-8, lines are newlines and one', async (t) => {
  t.match(propertiesOf({ text: 'ß日😀' }), { size_bytes: 9, line_count: 1 })
  t.match(propertiesOf({ text: 'a\r\nb\n\nc' }), { line_count: 4 })
})

t.test('names and extensions', async (t) => {
  const names: Record<string, [string, string, string]> = {
    'src/a.PY': ['a.PY', 'py', 'Python'],
    'a.tar.gz': ['a.tar.gz', 'gz', 'Unknown'],
    '.gitignore': ['.gitignore', 'none', 'Unknown'],
    'a/.config/x.': ['x.', 'none', 'Unknown'],
    'v1.2/Makefile': ['Makefile', 'none', 'Makefile'],
    'folder/': ['', 'none', 'Unknown'],
  }
  for (const [path, [file_name, extension, language]] of Object.entries(names)) {
    t.match(propertiesOf({ path }), { file_path: path, file_name, extension, language }, path)
  }
})

t.test('times are spelled as Weaviate gives them back', async (t) => {
  const times = {
    '2025-09-03T12:00:00.500Z': '2025-09-03T12:00:00.5Z',
    '2025-09-03T12:00:00.000+00:00': '2025-09-03T12:00:00Z',
    '2025-09-03T12:00:00-00:00': '2025-09-03T12:00:00Z',
    '2025-09-03T12:00:00.100200+10:00': '2025-09-03T12:00:00.1002+10:00',
    '2025-09-03T12:00:00.005-10:00': '2025-09-03T12:00:00.005-10:00',
    '2025-10-20T10:00:00Z': '2025-10-20T10:00:00Z',
  }
  for (const [input, kept] of Object.entries(times)) {
    t.equal(propertiesOf({ timestamp: input }).last_modified, kept, input)
  }
  t.notOk('last_modified' in propertiesOf(), 'without a timestamp there is none')
})

t.test('empty metadata is no metadata; metadata of no scalars has no pairs', async (t) => {
  t.strictSame(propertiesOf({ metadata: {} }), propertiesOf())
  t.notOk('metadata_pairs' in propertiesOf({ metadata: { tags: [1] } }))
})

t.test('vectors become 32-bit floats of the object', async (t) => {
  const vectors = { vector: new Float32Array([0.5, 1]), vectors: { t: [new Float32Array([1])] } }
  t.match(fileObject(file({ vectors })), vectors)
})

t.test('record_hash is pinned: should it change, everything stored is sent again', async (t) => {
  t.equal(LAYOUT_VERSION, 1)
  t.equal(hashOf(), 'f4ae5541a73d3ca12b29501f780d9aa342e37586922a1ebd1bab680b4c77b272')
  t.equal(
    hashOf({ metadata: { b: 1, a: 'x' }, timestamp: '2025-09-03T12:00:00Z' }),
    '066b72a3de5c5255c8d120a6b2051d4ad922d1f9a4902e45a339f2327e4f9238',
  )
  t.equal(
    hashOf({ vectors: { vector: new Float32Array([1, 2]) } }),
    'bbbe8e94dbc23c412991e89ee3056b529f0a427422063893a9ae7ec790f726d7',
  )
  t.equal(
    hashOf({ vectors: { vectors: { b: new Float32Array([1]), a: [new Float32Array([1, 2])] } } }),
    '793e0a38ac370a8c85820c66a933bbaa0c1a653b65f72e0fd2f5752f88bd9557',
  )
})

t.test('record_hash can be computed from its description', async (t) => {
  const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
  const floats = Buffer.alloc(8)
  floats.writeFloatLE(1, 0)
  floats.writeFloatLE(-2.5, 4)
  const metadata = '{"a":"x"}'
  const time = '2025-09-03T12:00:00Z'
  const parts = [
    1,
    'ServiceA',
    'src/a.py',
    sha256('import os\n'),
    time,
    metadata,
    [['', [2], sha256(floats)]],
  ]
  t.equal(
    hashOf({ metadata: { a: 'x' }, timestamp: time, vectors: { vector: new Float32Array([1, -2.5]) } }),
    sha256(JSON.stringify(parts)),
  )
})

t.test('record_hash differs where any part of the record differs', async (t) => {
  const one = new Float32Array([1])
  const variants: Partial<FileState>[] = [
    {},
    { repo: 'ServiceB' },
    { path: 'src/b.py' },
    { text: 'import sys\n' },
    { timestamp: '2025-09-03T12:00:00Z' },
    { metadata: { a: 1 } },
    { metadata: { a: '1' } },
    { vectors: { vector: one } },
    { vectors: { vectors: { a: one } } },
    { vectors: { vectors: { b: one } } },
    { vectors: { vectors: { a: [one] } } },
    { vectors: { vectors: { a: [one, one] } } },
    { vectors: { vectors: { a: new Float32Array([1, 1]) } } },
  ]
  t.equal(new Set(variants.map(hashOf)).size, variants.length)
  t.equal(
    hashOf({ metadata: { a: 1, b: 2 } }),
    hashOf({ metadata: { b: 2, a: 1 } }),
    'but not by order of keys',
  )
  t.equal(hashOf({ tenant: 'acme' }), hashOf(), 'nor by tenant')
})

t.test('canonical JSON: one text for one value, and the same value again', async (t) => {
  t.equal(
    canonicalJson({ b: [1, { d: 1, c: 2 }], a: 'ä\n', '10': 1e21, '9': -0 }),
    '{"10":1e+21,"9":0,"a":"ä\\n","b":[1,{"c":2,"d":1}]}',
  )
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as Json)
      return (
        text === canonicalJson(JSON.parse(text)) && JSON.stringify(JSON.parse(text)).length === text.length
      )
    }),
  )
})

t.test('the class has a property for each of an object, of the right type', async (t) => {
  const properties = propertiesIn(sourceCodeClass('SourceCode'))
  const full = propertiesOf({ metadata: { a: 1 }, timestamp: '2025-09-03T12:00:00Z' })
  t.strictSame(properties.map(({ name }) => name).sort(), Object.keys(full).sort())
  const types = Object.fromEntries(properties.map(({ name, dataType }) => [name, dataType[0]]))
  for (const [name, value] of Object.entries(full)) {
    const type = Array.isArray(value) ? 'text[]' : typeof value === 'number' ? 'int' : 'text'
    t.equal(types[name], name === 'last_modified' ? 'date' : type, name)
  }
})

t.test('texts are found by their exact value, the content by its words', async (t) => {
  const properties = propertiesIn(sourceCodeClass('SourceCode'))
  for (const { name, dataType, tokenization } of properties) {
    if (dataType[0]?.startsWith('text')) t.equal(tokenization, name === 'content' ? 'word' : 'field', name)
    else t.equal(tokenization, undefined, name)
  }
})

t.test('a vectorizer sees the content and nothing else', async (t) => {
  const schema = sourceCodeClass('SourceCode', { vectorizer: 'text2vec-openai' })
  t.match(schema, {
    vectorizer: 'text2vec-openai',
    moduleConfig: { 'text2vec-openai': { vectorizeClassName: false } },
  })
  for (const { name, dataType, moduleConfig } of schema.properties ?? []) {
    const settings = { skip: name !== 'content', vectorizePropertyName: false }
    const wanted = dataType[0]?.startsWith('text') ? { 'text2vec-openai': settings } : undefined
    t.strictSame(moduleConfig, wanted, name)
  }
})

t.test('without a vectorizer nothing is configured; tenants only where asked for', async (t) => {
  const schema = sourceCodeClass('SourceCode')
  t.equal(schema.vectorizer, 'none')
  t.notOk('moduleConfig' in schema || 'multiTenancyConfig' in schema)
  const tenants = sourceCodeClass('SourceCode', { multiTenancy: true })
  t.strictSame(tenants.multiTenancyConfig, { enabled: true })
})
