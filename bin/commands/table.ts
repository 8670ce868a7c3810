import type { Group } from '../cli/command.ts'

/**
 * All commands, in the order of help; each is loaded when it is called, and its module exports `command`. All else that
 * knows commands or options has them from here: dispatch, help, completion, the man page, `config show`, the checks of
 * configuration files and the tables of SPEC.md.
 */
export const COMMANDS: Group = {
  summary: 'move repository changes and whole collections in and out of Weaviate, and prove what was done',
  members: {
    index: {
      summary: 'bring a collection up to date with change records',
      members: {
        'process-jsonl': () => import('./index/process-jsonl.ts'),
        sync: () => import('./index/sync.ts'),
        watch: () => import('./index/watch.ts'),
        validate: () => import('./index/validate.ts'),
        status: () => import('./index/status.ts'),
      },
    },
    col: {
      summary: 'look at collections, back them up, restore, roll back and remove them',
      members: {
        ls: () => import('./col/ls.ts'),
        show: () => import('./col/show.ts'),
        cat: () => import('./col/cat.ts'),
        backup: () => import('./col/backup.ts'),
        restore: () => import('./col/restore.ts'),
        copy: () => import('./col/copying/copy.ts'),
        migrate: () => import('./col/migrating/migrate.ts'),
        apply: () => import('./col/apply.ts'),
        rollback: () => import('./col/rollback.ts'),
        alias: () => import('./col/alias.ts'),
        delete: () => import('./col/delete.ts'),
        rm: () => import('./col/rm.ts'),
        catalog: {
          summary: 'list archives, verify them, and remove those that no rule keeps',
          members: {
            list: () => import('./col/catalog/list.ts'),
            show: () => import('./col/catalog/show.ts'),
            verify: () => import('./col/catalog/verify.ts'),
            rehearse: () => import('./col/catalog/rehearse.ts'),
            cleanup: () => import('./col/catalog/cleanup.ts'),
            compact: () => import('./col/catalog/compact.ts'),
            rebuild: () => import('./col/catalog/rebuild.ts'),
            pin: () => import('./col/catalog/pin.ts'),
            unpin: () => import('./col/catalog/unpin.ts'),
            tag: () => import('./col/catalog/tag.ts'),
            untag: () => import('./col/catalog/untag.ts'),
            note: () => import('./col/catalog/note.ts'),
            undos: () => import('./col/catalog/undos.ts'),
            unlock: () => import('./col/catalog/unlock.ts'),
          },
        },
      },
    },
    cluster: {
      summary: 'look at the cluster that a target is',
      members: { health: () => import('./cluster/health.ts') },
    },
    metrics: () => import('./metrics.ts'),
    auto: () => import('./auto.ts'),
    alerts: {
      summary: 'what is wrong, and whether those who are to hear of it do',
      members: {
        check: () => import('./alerts/check.ts'),
        test: () => import('./alerts/test.ts'),
      },
    },
    doctor: () => import('./doctor.ts'),
    diff: () => import('./diff.ts'),
    runs: {
      summary: 'what was run, and how it ended',
      members: {
        list: () => import('./runs/list.ts'),
        show: () => import('./runs/show.ts'),
        tail: () => import('./runs/tail.ts'),
        trim: () => import('./runs/trim.ts'),
      },
    },
    report: () => import('./report.ts'),
    dashboard: () => import('./dashboard.ts'),
    transform: {
      summary: 'what becomes of objects on their way',
      members: { test: () => import('./transform/test.ts') },
    },
    format: {
      summary: 'the formats of what goes in and comes out',
      members: {
        schema: () => import('./format/schema.ts'),
        conformance: () => import('./format/conformance.ts'),
      },
    },
    config: {
      summary: 'where settings come from',
      members: {
        show: () => import('./config/show.ts'),
        init: () => import('./config/init.ts'),
      },
    },
    completion: () => import('./completion.ts'),
  },
}
