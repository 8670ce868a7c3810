/** All that the command needs of the dashboard, loaded together when it is called. */

export { archiveViews } from './archives.ts'
export { openInBrowser } from './browser.ts'
export { exportDashboard } from './file/export.ts'
export { serveDashboard } from './server.ts'
