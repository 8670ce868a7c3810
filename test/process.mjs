// Loaded into the process of each test, before tap and the test itself.
import asyncHooks from 'node:async_hooks'
import { readFileSync, statSync } from 'node:fs'
import module, { enableCompileCache, syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'
import threads from 'node:worker_threads'

// A command that a test starts runs as a user starts it, without this file. Below, tap is kept from loading its
// recorder into it as well, which takes three times as long as the command's own start.
delete process.env.NODE_OPTIONS

// Two hundred processes compile the same modules: the first to do so keeps them for the others.
process.env.NODE_COMPILE_CACHE = fileURLToPath(new URL('../.tap/compiled', import.meta.url))
enableCompileCache(process.env.NODE_COMPILE_CACHE)

// Packages of hundreds of modules come as one file each, where scripts/tests.ts has made these of what is installed.
const bundled = bundledPackages()
if (bundled !== undefined) {
  module.registerHooks({
    resolve(name, context, next) {
      if (!Object.hasOwn(bundled, name) || context.parentURL?.includes('/node_modules/'))
        return next(name, context)
      return { url: bundled[name], format: 'module', shortCircuit: true }
    },
  })
}

function bundledPackages() {
  const path = (name) => new URL(`../${name}`, import.meta.url)
  try {
    const { installed, files } = JSON.parse(readFileSync(path('.tap/packages/list.json'), 'utf8'))
    return statSync(path('node_modules/.package-lock.json')).mtimeMs === installed ? files : undefined
  } catch {
    return undefined
  }
}

// For coverage, which is off, tap records each module and reads its source map: that takes longer than all else
// that a small test does. Node strips types in place, so that our lines are right without a map.
module.registerHooks = () => ({ deregister: () => {} })
process.setSourceMapsEnabled(false)
process.setSourceMapsEnabled = () => {}

// Tap follows every promise, to lay an error that nobody catches at the door of one test: that takes longer than
// the tests do, and holds memory that some of them measure. Without it such an error ends the file, which fails.
const untracked = { enable: () => untracked, disable: () => untracked }
asyncHooks.createHook = () => untracked

// A thread is started as the command starts it: without this file, whose name is relative, and without tap.
threads.Worker = class extends threads.Worker {
  constructor(file, options) {
    super(file, { execArgv: [], ...options })
  }
}
syncBuiltinESMExports()
