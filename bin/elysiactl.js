#!/usr/bin/env -S node --max-semi-space-size=16
var needed = [22, 22]
var running = process.versions.node.split('.').map(Number)

function start() {
  var enableCompileCache = process.getBuiltinModule('module').enableCompileCache
  enableCompileCache()
  return import('../dist/bin/main.js').then((command) => command.main(process.argv.slice(2)))
}

function printVersion() {
  var read = process.getBuiltinModule('fs').readFileSync
  var description = JSON.parse(read(new URL('../package.json', import.meta.url), 'utf8'))
  process.stdout.write(description.version + '\n')
}

if (running[0] < needed[0] || (running[0] === needed[0] && running[1] < needed[1])) {
  console.error(
    'elysiactl needs Node.js ' +
      needed.join('.') +
      ' or newer; this is ' +
      process.version +
      ' (' +
      process.execPath +
      ')',
  )
  process.exitCode = 1
} else if (process.argv.length === 3 && process.argv[2] === '--version') {
  printVersion()
} else {
  start().catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || error.message.indexOf('/dist/bin/main.js') === -1)
      throw error
    console.error('elysiactl is not built: run "npm run build" in its directory')
    process.exitCode = 1
  })
}
