/** All that the command needs for `col catalog verify`, loaded together when it is called. */
export { directoryPlace } from '../../archive/directoryPlace.ts'
export { lockForReading } from '../../catalog/readLock.ts'
export { rootOf } from '../../catalog/scan.ts'
export { verifySingle } from './single.ts'
export { verify } from './verify.ts'
