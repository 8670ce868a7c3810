/** Everything that the command needs for the dashboard, loaded together on first use. */

export { archiveViews } from './archives.ts'
export { openInBrowser } from './browser.ts'
export { exportDashboard } from './file/export.ts'
export { serveDashboard } from './server.ts'
