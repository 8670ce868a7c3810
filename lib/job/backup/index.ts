/** All that the command needs for `col backup`, loaded together when it is called. */

export { directoryStorage } from '../../archive/storage/directory.ts'
export { fileModes } from '../../archive/storage/modes.ts'
export { requireSelectable } from '../selection/selection.ts'
export { runBackup } from './backup.ts'
export { backupCataloged } from './cataloged.ts'
export { defaultDirectory, freeFile, runBackupFile } from './destination.ts'
export { planBackup } from './dryRun.ts'
export { requireEncoding } from './encoding.ts'
export { runBackupSingle } from './single.ts'
