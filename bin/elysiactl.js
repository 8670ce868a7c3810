#!/usr/bin/env -S node --max-semi-space-size=16
// In the language of old Nodes, so that these come to the line that refuses them.
var needed = [22, 22]
var running = process.versions.node.split('.').map(Number)

function start() {
  var load = process.getBuiltinModule('module')
  haveHome()
  keepCompiled(load)
  return load
    .createRequire(import.meta.url)('../dist/bin/main.cjs')
    .main(process.argv.slice(2))
}

/**
 * Compiled code is kept for the next start, in the user's own directory: in the shared one that is Node's
 * default, somebody else might have put it. Where it cannot be written, or another user may have written to
 * it, the code is compiled each time.
 */
function keepCompiled(load) {
  var os = process.getBuiltinModule('os')
  var join = process.getBuiltinModule('path').join
  var standard
  var caches
  try {
    standard = { win32: process.env.LOCALAPPDATA, darwin: join(os.homedir(), 'Library', 'Caches') }
    caches = process.env.XDG_CACHE_HOME || standard[process.platform] || join(os.homedir(), '.cache')
    makeDirectory(caches)
    makeDirectory(join(caches, 'elysiactl'))
    if (isOwn(caches, true) && isOwn(join(caches, 'elysiactl'), false))
      load.enableCompileCache(join(caches, 'elysiactl'))
  } catch (_) {
    // A home that is not there, or may not be written to.
  }
}

// Whoever may write to the directory above could put another one in its place, unless it is sticky, as /tmp is.
function isOwn(path, isAbove) {
  var fs = process.getBuiltinModule('fs')
  var status = isAbove ? fs.statSync(path) : fs.lstatSync(path)
  var user = process.geteuid ? process.geteuid() : status.uid
  var isSafe = (status.mode & 18) === 0 || (isAbove && (status.mode & 512) !== 0)
  var isTrusted = status.uid === user || (isAbove && status.uid === 0)
  return status.isDirectory() && isTrusted && (isSafe || process.platform === 'win32')
}

// Node makes missing parents as well, but never ends where a file system answers ENOENT, as /proc and autofs do.
function makeDirectory(path) {
  try {
    process.getBuiltinModule('fs').mkdirSync(path, 448)
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
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
