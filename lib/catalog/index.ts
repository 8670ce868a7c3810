/** All that the command needs for `col catalog`, loaded together when it is called. */

export { periodOf } from '../core/duration.ts'
export type { Catalog } from './catalog.ts'
export { archiveAsOf } from './chain/asOf.ts'
export { namedBase, newestBase } from './chain/base.ts'
export { descendantsOf, lineageOf, withoutBase } from './chain/lineage.ts'
export { filterOf } from './database/filter.ts'
export { lockRoot } from './lock/lock.ts'
export { unlockRoot } from './lock/unlock.ts'
export { openCatalog, withCatalog } from './open.ts'
export { policyOf } from './retention/policy.ts'
export { lockedRootOf, rootOf } from './scan.ts'
export { settleDead } from './settle.ts'
