// Where the operands of `col copy` lead.
import t from 'tap'
import { copyPlaces, copyStores } from '../../../bin/commands/col/copying/operands.ts'

const settings = {
  layers: [],
  files: [],
  targets: { old: { url: 'http://a', origin: 'x' } },
  sections: [],
  warnings: [],
}
const places = (...operands: string[]) => copyPlaces({ operands, settings })
const stores = (...operands: string[]) => copyStores({ operands, settings })

t.test('collections of configured targets, of addresses, and of --target', async (t) => {
  t.same(places('old/source-code', 'http://localhost:8081?grpc=localhost:50052#'), {
    source: { target: 'old', name: 'source-code' },
    target: { target: 'http://localhost:8081?grpc=localhost:50052', name: 'SourceCode' },
  })
  t.same(places('Article', 'old'), {
    source: { target: undefined, name: 'Article' },
    target: { target: 'old', name: 'Article' },
  })
  t.same(places('sqlite:/a/b.db#Article', '#Other').target, { target: undefined, name: 'Other' })
  for (const operands of [
    ['old', 'http://b#'],
    ['new/Article', 'old'],
    ['http://a', 'old'],
  ])
    t.throws(() => places(...operands), { code: 'ELYSIA_USAGE' })
})

t.test('stores, where several collections are asked for', async (t) => {
  t.same(stores('old', 'http://b#'), { source: 'old', target: 'http://b' })
  t.same(stores('sqlite:/a.db', '#'), { source: 'sqlite:/a.db', target: undefined })
  t.throws(() => stores('old/Article', 'http://b'), { code: 'ELYSIA_USAGE' })
})
