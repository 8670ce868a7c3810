import t from 'tap'
import { canonicalUuid, isUuid, isUuidOfAnySpelling } from '../../../lib/core/value/uuid.ts'

const ID = '0123abcd-4567-89ab-cdef-0123456789ab'

t.test('only lower case with hyphens is a UUID as stores hold it', async (t) => {
  t.ok(isUuid(ID))
  for (const other of [ID.toUpperCase(), ID.replaceAll('-', ''), `{${ID}}`, `${ID}\n`, ID.slice(1), '']) {
    t.notOk(isUuid(other), other)
  }
})

t.test('other spellings that a server takes become that one', async (t) => {
  for (const other of [ID, ID.toUpperCase(), ID.replaceAll('-', ''), `{${ID}}`, `urn:uuid:${ID}`]) {
    t.ok(isUuidOfAnySpelling(other), other)
    t.equal(canonicalUuid(other), ID)
  }
  for (const none of ['', ID.slice(1), `${ID}0`, ID.replace('a', 'g')]) {
    t.notOk(isUuidOfAnySpelling(none), none)
    t.notOk(isUuid(canonicalUuid(none)), none)
  }
})
