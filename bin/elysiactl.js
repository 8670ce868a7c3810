#!/usr/bin/env -S node --max-semi-space-size=16
// In the language of old Nodes, so that these come to the line that refuses them.
var needed = [22, 22]
var running = process.versions.node.split('.').map(Number)

function start() {
  var load = process.getBuiltinModule('module').createRequire(import.meta.url)
  var built
  haveHome()
  built = load('../dist/bin/start.cjs')
  built.tuneHeapLater()
  return built.load('main.cjs').main(process.argv.slice(2))
}

// What asks for the home of a user who has none throws: a place that is not there is told by its name later.
function haveHome() {
  try {
    process.getBuiltinModule('os').homedir()
  } catch (_) {
    process.env.HOME = '/nonexistent'
  }
}

function printVersion() {
  var read = process.getBuiltinModule('fs').readFileSync
  var description = JSON.parse(read(new URL('../package.json', import.meta.url), 'utf8'))
  process.stdout.write(`${description.version}\n`)
}

function isBuilt() {
  var exists = process.getBuiltinModule('fs').existsSync
  return exists(new URL('../dist/bin/main.cjs', import.meta.url))
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
} else if (isBuilt()) {
  start()
} else {
  console.error('elysiactl is not built: run "npm run build" in its directory')
  process.exitCode = 1
}
