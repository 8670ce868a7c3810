// Loaded into the process of each test, before tap and the test itself.
import asyncHooks from 'node:async_hooks'
import { enableCompileCache, syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'
import processOnSpawn from 'process-on-spawn'

// A command that a test starts runs as a user starts it. Tap would load its recorder into it, which takes three
// times as long as the command's own start.
processOnSpawn.removeAllListeners()
delete process.env.NODE_OPTIONS

// Two hundred processes compile the same modules: the first to do so keeps them for the others.
process.env.NODE_COMPILE_CACHE = fileURLToPath(new URL('../.tap/compiled', import.meta.url))
enableCompileCache(process.env.NODE_COMPILE_CACHE)

// Tap follows every promise, to lay an error that nobody catches at the door of one test: that takes longer than
// the tests do, and holds memory that some of them measure. Without it such an error ends the file, which fails.
const untracked = { enable: () => untracked, disable: () => untracked }
asyncHooks.createHook = () => untracked
syncBuiltinESMExports()
