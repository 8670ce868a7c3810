import { setFlagsFromString } from 'node:v8'

/** The newest V8 that is known to have the flag: another would complain of it on stderr. */
const NEWEST_V8 = 14

/**
 * Lets V8 collect its old garbage once that has grown to four times what is alive, buffers counted. By itself it does so for
 * every 20 MB of pages that come and go, where 20 MB are alive: a fifth of the processor time of a backup. To be called
 * before anything is loaded: compiled code is good only under the flags that it was kept with.
 */
export function collectLessOften(): void {
  if (Number.parseInt(process.versions.v8, 10) <= NEWEST_V8) setFlagsFromString('--heap-growing-percent=300')
}
