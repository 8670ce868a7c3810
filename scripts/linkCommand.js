// Lets `npx elysiactl` find the command of this very checkout: npm links the commands of dependencies only.
import { rmSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const link = fileURLToPath(new URL('../node_modules/.bin/elysiactl', import.meta.url))
rmSync(link, { force: true })
symlinkSync('../../bin/elysiactl.js', link)
