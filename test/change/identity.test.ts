import fc from 'fast-check'
import t from 'tap'
import { v5 } from 'uuid'
import { fileId, NAMESPACE } from '../../lib/change/identity.ts'

t.test('ids are fixed for ever', async (t) => {
  t.equal(NAMESPACE, v5('urn:elysiactl:repository-file', v5.URL), 'the namespace is what it says it is')
  t.equal(fileId('A', 'src/a.py'), '49239426-423d-5c6d-8da7-dabdff3f3881')
  t.equal(fileId('B', 'src/a.py'), '0a62c907-f81d-5263-8d5b-50665df78ebc')
  t.equal(fileId('ServiceA', 'config.json'), '294c0e58-458a-5fbc-aacb-4acf81552ffd')
  t.equal(fileId('straße', '日本/😀.md'), 'edd30308-4376-55b6-a76e-6f3900e561bd')
})

t.test('an id is the UUIDv5 that the uuid package makes, for names of any length and script', async (t) => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(name, name, fc.nat(300), (repo, path, times) => {
      const long = path.repeat(times)
      return fileId(repo, long) === v5(`${repo}\0${long}`, NAMESPACE)
    }),
  )
  const deep = 'folder/'.repeat(10_000)
  t.equal(fileId('A', deep), v5(`A\0${deep}`, NAMESPACE), 'a path of 70 kB')
  t.equal(fileId('A', 'b'), v5('A\0b', NAMESPACE), 'and a short one after it')
})

t.test('repository and path cannot be mistaken for one another', async (t) => {
  t.not(fileId('a:b', 'c'), fileId('a', 'b:c'))
  t.not(fileId('a/b', 'c'), fileId('a', 'b/c'))
  t.not(fileId('ab', 'c'), fileId('a', 'bc'))
})
