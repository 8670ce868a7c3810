import t from 'tap'
import { Pager } from '../../lib/stream/pager.ts'

t.test('a page is full with the item that reaches its count or its length', async (t) => {
  const pager = new Pager<string>({ items: 3, length: 10 })
  t.notOk(pager.add('a', 1))
  t.notOk(pager.add('b', 1))
  t.ok(pager.add('c', 1), 'the third item')
  t.strictSame([...pager.take()], [['a', 'b', 'c']])
  t.strictSame([...pager.take()], [], 'an empty page is none')
  t.notOk(pager.add('d', 9), 'a new page begins without a length')
  t.ok(pager.add('e', 1), 'ten characters')
  t.strictSame([...pager.take()], [['d', 'e']])
  t.ok(pager.add('f', 100), 'one that is too large is a page of its own')
})
