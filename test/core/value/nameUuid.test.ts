// An id that is made of a name is the one that every other program makes of it.
import t from 'tap'
import { v5 } from 'uuid'
import { nameUuid } from '../../../lib/core/value/nameUuid.ts'

t.test('the UUIDv5 of a name in a namespace', async (t) => {
  const namespace = '95b40642-6e89-5786-9398-51402325fd8f'
  for (const name of ['', 'chunk 1', 'größer ✓', 'x'.repeat(10_000)]) {
    t.equal(nameUuid(namespace, name), v5(name, namespace))
  }
})
