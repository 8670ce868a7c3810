import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8's space for young objects as small as it is at the start. A backup makes a lot of garbage and holds little:
 * by letting that space grow to 96 MB, as V8 does, it held 380 MB where 245 are enough, at the same speed.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
