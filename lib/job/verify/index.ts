/** Everything that the command needs for `col catalog verify`, loaded together on first use. */
export { directoryStorage } from '../../archive/storage/directory.ts'
export { rootOf } from '../../catalog/scan.ts'
export { runVerifySingle } from './single.ts'
export { runVerify } from './verify.ts'
