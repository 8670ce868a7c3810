/** All that the command needs for `cluster health`, loaded together when it is called. */
export { checkHealth } from './health.ts'
