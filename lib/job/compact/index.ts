/** Everything that the command needs for `col catalog compact`, loaded together on first use. */
export { openArchive } from '../../archive/archive.ts'
export { openChain } from '../../archive/chain/chain.ts'
export { directoryStorage } from '../../archive/storage/directory.ts'
export { readAnnotations } from '../../catalog/annotations.ts'
export { lockRoot } from '../../catalog/lock/lock.ts'
export { tellingDamage } from '../restore/source/damage.ts'
export { compact } from './compact.ts'
