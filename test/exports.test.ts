import { createRequire } from 'node:module'
import t from 'tap'
import * as library from '../lib/index.ts'

/**
 * What programs may rely on. A name that goes, or changes, breaks them: it waits for the next major version. A name
 * that comes is added here on purpose.
 */
const PUBLIC: readonly string[] = [
  'COMPRESSIONS',
  'openCatalog',
  'openPlan',
  'runApply',
  'applyOptions',
  'planRetention',
  'policyOf',
  'withCatalog',
  'formatOf',
  'parseCompression',
  'ERROR_CODES',
  'ElysiaError',
  'HASH_PROPERTY',
  'Journal',
  'OUTCOMES',
  'REJECT_CODES',
  'Reject',
  'archiveObjects',
  'chainObjects',
  'checkConformance',
  'conformanceOptions',
  'writeConformanceKit',
  'chainSource',
  'findBelow',
  'openChain',
  'openObjectSource',
  'archiveSource',
  'backup',
  'backupOptions',
  'backupSingle',
  'batch',
  'bindTransforms',
  'convertProperty',
  'dropProperty',
  'mapVectors',
  'migrateOptions',
  'runMigrate',
  'revectorize',
  'setIndexType',
  'setQuantizer',
  'setVectorizer',
  'mapProperty',
  'setProperty',
  'maskProperty',
  'whereTrue',
  'transformReject',
  'transformStages',
  'Refusal',
  'classNameOf',
  'collectionSource',
  'commonRanges',
  'copy',
  'copyOptions',
  'decompress',
  'deleteObjects',
  'deleteOptions',
  'runCopy',
  'runCopySet',
  'runDelete',
  'filterOf',
  'filtered',
  'filteredObjects',
  'diff',
  'diffOptions',
  'difference',
  'differing',
  'directoryStorage',
  'exactJson',
  'parseExact',
  'fileId',
  'ingest',
  'ingestFiles',
  'ingestOptions',
  'joined',
  'memoryStorage',
  'mergeJoin',
  'meter',
  'normalizers',
  'objects',
  'openArchive',
  'openMemory',
  'openSide',
  'openSource',
  'openState',
  'openStore',
  'operations',
  'parseJson',
  'parseTarget',
  'patchSchema',
  'readPipelineFile',
  'readSingle',
  'referenceGroups',
  'restore',
  'restoreOptions',
  'rollback',
  'rollbackOptions',
  'runBackup',
  'runDiff',
  'runBackupSingle',
  'runRestore',
  'runRollback',
  'runScript',
  'singleObjects',
  'sink',
  'sourceCodeClass',
  'splitLines',
  'storeObjects',
  'storeSide',
  'validate',
  'validateChange',
  'verify',
  'verifyOptions',
]

t.test('the library exports the names that programs rely on, and no others', async (t) => {
  t.strictSame(Object.keys(library).sort(), PUBLIC.toSorted())
})

const require = createRequire(import.meta.url)

t.test('the package opens its library, its schemas and its description, and nothing else', async (t) => {
  t.match(require.resolve('elysiactl'), /dist\/lib\/index\.js$/)
  t.equal(require('elysiactl/package.json').name, 'elysiactl')
  for (const name of ['change', 'report', 'reject']) {
    t.match(require(`elysiactl/schema/${name}.json`), { $schema: /2020-12/ }, name)
  }
  for (const inside of ['lib/store/sqlite.js', 'dist/lib/index.js', 'bin/elysiactl.js']) {
    t.throws(() => require.resolve(`elysiactl/${inside}`), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }, inside)
  }
})
