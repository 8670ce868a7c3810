// What becomes of each collection of a set, also where one fails or a stop comes between two.
import t from 'tap'
import { eachGroup, failedOf } from '../../../lib/job/set/members.ts'

const nameOf = (name: string) => name

t.test('one that fails does not keep the others from theirs', async (t) => {
  const members = await eachGroup(
    [['a', 'b'], ['c']],
    async (group) => {
      if (group.includes('a')) throw new Error('no room')
      return group.map((name) => ({ report: `report of ${name}` }))
    },
    { nameOf },
  )
  t.match(members, [
    { collection: 'a', error: { message: 'no room' } },
    { collection: 'b', error: { message: 'no room' } },
    { collection: 'c', report: 'report of c' },
  ])
})

t.test('a stop between two is no success: those that were not begun are named', async (t) => {
  const stop = new AbortController()
  const begun: string[] = []
  const members = await eachGroup(
    [['a'], ['b'], ['c']],
    async ([name]) => {
      begun.push(name!)
      stop.abort(new Error('interrupted'))
      return [{ report: 'done' }]
    },
    { nameOf, stop: stop.signal },
  )
  t.same(begun, ['a'])
  t.match(failedOf(members), [
    { collection: 'b', error: { message: 'interrupted' } },
    { collection: 'c', error: { message: 'interrupted' } },
  ])
})
