import type { RestoreOptions } from '../options.ts'

/** How objects of an archive and of a class that is there already give way to each other. */
export type Strategy = Exclude<RestoreOptions['onConflict'], 'fail'>
