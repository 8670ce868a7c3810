import type { RestoreOptions } from '../options.ts'

/** Which side wins between the objects of an archive and of an existing class. */
export type Strategy = Exclude<RestoreOptions['onConflict'], 'fail'>
