/** All that the command needs for `col migrate`, loaded together when it is called. */
export { runMigrate } from './migrate.ts'
