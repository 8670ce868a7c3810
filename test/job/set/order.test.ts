// Collections that others refer to come first; those that refer to one another come together.
import fc from 'fast-check'
import t from 'tap'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { selectedNames } from '../../../lib/job/set/names.ts'
import { referenceGroups } from '../../../lib/job/set/order.ts'

function schema(name: string, targets: readonly string[]): CollectionSchema {
  const properties = targets.map((target, at) => ({ name: `to${at}`, dataType: [target] }))
  return { class: name, properties: [{ name: 'title', dataType: ['text'] }, ...properties] }
}

const names = (groups: CollectionSchema[][]) => groups.map((group) => group.map((one) => one.class))

t.test('the referred-to come first, a circle is one group, references to others do not count', async (t) => {
  const all = [
    schema('Article', ['Author', 'Article']),
    schema('Author', ['City', 'Elsewhere']),
    schema('Book', ['Shelf']),
    schema('City', []),
    schema('Shelf', ['Book', 'City']),
  ]
  t.same(names(referenceGroups(all, (one) => one)), [['City'], ['Author'], ['Article'], ['Book', 'Shelf']])
})

t.test('whatever refers to what: each stands once, and nothing before what it refers to', async () => {
  const graph = fc.array(fc.array(fc.nat({ max: 7 }), { maxLength: 4 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(graph, (edges) => {
      const all = edges.map((targets, n) =>
        schema(
          `C${n}`,
          targets.map((to) => `C${to}`),
        ),
      )
      const groups = names(referenceGroups(all, (one) => one))
      const at = new Map(groups.flatMap((group, index) => group.map((name) => [name, index] as const)))
      const isOnce = groups.flat().length === all.length && at.size === all.length
      return (
        isOnce &&
        edges.every((targets, n) => targets.every((to) => (at.get(`C${to}`) ?? -1) <= at.get(`C${n}`)!))
      )
    }),
  )
})

t.test('names are chosen by patterns', async (t) => {
  const all = ['Test', 'Article', 'Author', 'TestTwo']
  t.same(selectedNames(all, {}, 'here'), ['Article', 'Author', 'Test', 'TestTwo'])
  t.same(selectedNames(all, { include: 'A*;Test' }, 'here'), ['Article', 'Author', 'Test'])
  t.same(selectedNames(all, { include: '*', exclude: 'Test*;{Author,Other}' }, 'here'), ['Article'])
  t.throws(() => selectedNames(all, { include: 'X*' }, 'here'), { code: 'ELYSIA_NOT_FOUND' })
  t.throws(() => selectedNames(all, { include: 'a/b' }, 'here'), { code: 'ELYSIA_USAGE' })
})
