// The files that a chain is read from, held against its manifests before anything is done with it.
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { type Chain, openChain } from '../../../lib/archive/chain/chain.ts'
import { checkFile, filesOf } from '../../../lib/archive/chain/check.ts'
import { findBelow } from '../../../lib/archive/chain/find.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { chains } from '../../catalog/chains.ts'

async function check(chain: Chain): Promise<void> {
  for (const file of filesOf(chain)) await checkFile(chain, file)
}

t.test('a file that is missing, cut or another one is named, with the link that it is of', async (t) => {
  const root = t.testdir()
  await chains(root, ['n0', 'n1'])
  const at = (name: string) => join(root, 'Thing', name)
  const chain = await openChain(await openArchive(directoryStorage(at('n1'))), findBelow([root]))
  await check(chain)
  t.strictSame(
    [...filesOf(chain)].map(({ link, file }) => [chain.links.indexOf(link), file.file.split('/')[0]]),
    [
      [0, 'parts'],
      [1, 'parts'],
      [1, 'index'],
    ],
    'of a full archive its index is not needed',
  )
  const { file, bytes } = chain.links[0]!.manifest.parts[0]!
  const base = chain.links[0]!.manifest.id
  const alone = { links: [chain.links[0]!], newest: chain.links[0]! }
  const faulty = async (fact: string) => {
    await t.rejects(check(chain), {
      code: 'ELYSIA_DAMAGED',
      link: base,
      message: `${base}, a base of ${chain.newest.manifest.id}: ${file} ${fact}`,
    })
    await t.rejects(check(alone), { code: 'ELYSIA_DAMAGED', message: `part ${file} ${fact}` })
  }
  const storage = directoryStorage(at('n0'))
  await storage.remove(file)
  await faulty('is missing')
  writeFileSync(join(at('n0'), file), Buffer.alloc(bytes))
  await faulty('has a SHA-256 that does not match the manifest')
  truncateSync(join(at('n0'), file), 3)
  await faulty(`is 3 bytes long, the manifest says ${bytes}`)
})
