/*
 * Made by `npm run schemas` from the schemas of the options: do not edit. A type that is computed from
 * another shows no documentation in an editor; test/options/documented.test.ts holds these to be the same.
 */

/** How change records become objects of a collection. As a program gives it. */
export interface IngestOptionsInput {
  /** the collection to bring up to date (source-code becomes the class SourceCode). Required. */
  readonly collection: string
  /** records in one write. A whole number, 1 to 10000. Default 500. */
  readonly batchSize?: number
  /**
   * about how many bytes of memory the records of one write take. In bytes, 1KiB to 64MiB. Default 4194304
   * (4MiB).
   */
  readonly batchBytes?: number
  /** at most this many objects or records per second, such as 500/s. Such as '500/s'. No default. */
  readonly maxRate?: string
  /**
   * at most this many bytes of objects or records per second, such as 10MB. In bytes, 1KiB to 1024GiB. Such
   * as '10MB'. No default.
   */
  readonly maxBandwidth?: number
  /** batches in flight at once; auto finds how many. A whole number, 1 to 64. Default 0. */
  readonly workers?: number
  /** extra threads for CPU-heavy work; auto uses them where that is faster, 0 none. Default 'auto'. */
  readonly threads?: string
  /**
   * a longer line is rejected, without being held in memory. In bytes, 1KiB to 512MiB. Default 67108864
   * (64MiB).
   */
  readonly maxLineBytes?: number
  /** the directory in which content_ref may name files. No default. */
  readonly contentRoot?: string
  /**
   * leave out writes that a later record replaces: auto, off, or how much of an input that cannot be read
   * twice to consider together. Such as '64MiB'. Default 'auto'.
   */
  readonly coalesce?: string
  /** the input is a rejects file: feed its records in again. Default false. */
  readonly fromRejects?: boolean
  /** reject records with fields that the format does not know. Default false. */
  readonly strict?: boolean
  /** check everything and read the store, but write nothing. Default false. */
  readonly dryRun?: boolean
  /** stop when more records than this were rejected. Such as '5%'. No default. */
  readonly maxErrors?: string
  /**
   * do not send objects that the store already holds unchanged. False: send objects even if the store already
   * holds them unchanged. Default true.
   */
  readonly skipUnchanged?: boolean
  /**
   * create the collection if it does not exist. False: refuse the run if the collection does not exist.
   * Default true.
   */
  readonly create?: boolean
  /** class JSON for a collection that is created. No default. */
  readonly schema?: string
  /** vectorizer module for a collection that is created, such as text2vec-openai. No default. */
  readonly vectorizer?: string
  /** the tenant that all objects belong to. No default. */
  readonly tenant?: string
  /** take the tenant of each record from this field. No default. */
  readonly tenantBy?: 'repo'
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs?: number
}

/**
 * How change records become objects of a collection. With its defaults: sizes in bytes, durations in
 * milliseconds.
 */
export interface IngestOptions extends IngestOptionsInput {
  /** records in one write. A whole number, 1 to 10000. Default 500. */
  readonly batchSize: number
  /**
   * about how many bytes of memory the records of one write take. In bytes, 1KiB to 64MiB. Default 4194304
   * (4MiB).
   */
  readonly batchBytes: number
  /** batches in flight at once; auto finds how many. A whole number, 1 to 64. Default 0. */
  readonly workers: number
  /** extra threads for CPU-heavy work; auto uses them where that is faster, 0 none. Default 'auto'. */
  readonly threads: string
  /**
   * a longer line is rejected, without being held in memory. In bytes, 1KiB to 512MiB. Default 67108864
   * (64MiB).
   */
  readonly maxLineBytes: number
  /**
   * leave out writes that a later record replaces: auto, off, or how much of an input that cannot be read
   * twice to consider together. Such as '64MiB'. Default 'auto'.
   */
  readonly coalesce: string
  /** the input is a rejects file: feed its records in again. Default false. */
  readonly fromRejects: boolean
  /** reject records with fields that the format does not know. Default false. */
  readonly strict: boolean
  /** check everything and read the store, but write nothing. Default false. */
  readonly dryRun: boolean
  /**
   * do not send objects that the store already holds unchanged. False: send objects even if the store already
   * holds them unchanged. Default true.
   */
  readonly skipUnchanged: boolean
  /**
   * create the collection if it does not exist. False: refuse the run if the collection does not exist.
   * Default true.
   */
  readonly create: boolean
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs: number
}

/** How a directory is watched. As a program gives it. */
export interface WatchOptionsInput {
  /**
   * the names of the files to take: * and ? stand for any characters, [a-z] for one of these, {a,b} for
   * either. Default '*.jsonl'.
   */
  readonly pattern?: string
  /** take a file once it has not changed for this long. In milliseconds, 0 to 1h. Default 2000 (2s). */
  readonly settleMs?: number
  /** what to do with a file that was taken: move puts it into processed/ or failed/. Default 'keep'. */
  readonly after?: 'keep' | 'move' | 'delete'
  /** follow symbolic links in the directory; only safe if nobody else can create one there. Default false. */
  readonly followLinks?: boolean
}

/** How a directory is watched. With its defaults: sizes in bytes, durations in milliseconds. */
export interface WatchOptions extends WatchOptionsInput {
  /**
   * the names of the files to take: * and ? stand for any characters, [a-z] for one of these, {a,b} for
   * either. Default '*.jsonl'.
   */
  readonly pattern: string
  /** take a file once it has not changed for this long. In milliseconds, 0 to 1h. Default 2000 (2s). */
  readonly settleMs: number
  /** what to do with a file that was taken: move puts it into processed/ or failed/. Default 'keep'. */
  readonly after: 'keep' | 'move' | 'delete'
  /** follow symbolic links in the directory; only safe if nobody else can create one there. Default false. */
  readonly followLinks: boolean
}

/** How a collection becomes an archive. As a program gives it. */
export interface BackupOptionsInput {
  /** jsonl (one object per line), json (one array per part), or parquet (typed columns). Default 'jsonl'. */
  readonly format?: 'jsonl' | 'json' | 'parquet'
  /** auto, none, gzip, lz4 or zstd, with a level: zstd:9. Default 'auto'. */
  readonly compression?: string
  /** vectors as well as properties. False: leave vectors out. Default true. */
  readonly vectors?: boolean
  /** write vectors as numbers, for people to read: larger and slower. Default false. */
  readonly readable?: boolean
  /** only these tenants, separated by commas. No default. */
  readonly tenant?: string
  /** only objects for which this SQL condition is true. No default. */
  readonly filter?: string
  /**
   * let the server evaluate those parts of the filter that its indexes answer exactly. False: scan all
   * objects, and evaluate the whole filter here. Default true.
   */
  readonly pushDown?: boolean
  /**
   * show which parts of the filter the server evaluates, and how many objects are expected and read. Default
   * false.
   */
  readonly explain?: boolean
  /** only the objects of these ids. No default. */
  readonly objects?: string
  /** only these properties of each object; vectors stay. No default. */
  readonly properties?: string
  /** how many id ranges to read at once. A whole number, 1 to 64. Default 2. */
  readonly workers?: number
  /** extra threads for CPU-heavy work; auto uses them where that is faster, 0 none. Default 'auto'. */
  readonly threads?: string
  /** the size of a part before compression. In bytes, 4KiB to 1GiB. Default 67108864 (64MiB). */
  readonly partSize?: number
  /** one directory per value (as Hive does) of the tenant, or of a property with few values. No default. */
  readonly partitionBy?: string
  /** refuse a backup into more directories than this. A whole number, 1 to 1000000. Default 1000. */
  readonly maxPartitions?: number
  /** back up the schema without objects. Default false. */
  readonly schemaOnly?: boolean
  /** tags of the archive, separated by commas. No default. */
  readonly tag?: string
  /** a note about the archive. No default. */
  readonly note?: string
  /** allow a collection without objects. Default false. */
  readonly allowEmpty?: boolean
  /** allow objects without the vectors that the schema names. Default false. */
  readonly allowMissingVectors?: boolean
  /** leave out vectors that contain NaN or infinity, and name their objects. Default false. */
  readonly allowInvalidVectors?: boolean
  /** increments: read all objects, whatever their update times say. Default false. */
  readonly fullScan?: boolean
  /**
   * increments: read this share of the objects that seem unchanged, and make a full archive if one of them
   * did change. Such as '1%'. No default.
   */
  readonly prove?: string
  /** increments: fail if more than this share of the objects is gone. Default '50%'. */
  readonly maxVanished?: string
  /** increments: allow any number of objects to be gone. Default false. */
  readonly allowShrink?: boolean
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs?: number
}

/** How a collection becomes an archive. With its defaults: sizes in bytes, durations in milliseconds. */
export interface BackupOptions extends BackupOptionsInput {
  /** jsonl (one object per line), json (one array per part), or parquet (typed columns). Default 'jsonl'. */
  readonly format: 'jsonl' | 'json' | 'parquet'
  /** auto, none, gzip, lz4 or zstd, with a level: zstd:9. Default 'auto'. */
  readonly compression: string
  /** vectors as well as properties. False: leave vectors out. Default true. */
  readonly vectors: boolean
  /** write vectors as numbers, for people to read: larger and slower. Default false. */
  readonly readable: boolean
  /**
   * let the server evaluate those parts of the filter that its indexes answer exactly. False: scan all
   * objects, and evaluate the whole filter here. Default true.
   */
  readonly pushDown: boolean
  /**
   * show which parts of the filter the server evaluates, and how many objects are expected and read. Default
   * false.
   */
  readonly explain: boolean
  /** how many id ranges to read at once. A whole number, 1 to 64. Default 2. */
  readonly workers: number
  /** extra threads for CPU-heavy work; auto uses them where that is faster, 0 none. Default 'auto'. */
  readonly threads: string
  /** the size of a part before compression. In bytes, 4KiB to 1GiB. Default 67108864 (64MiB). */
  readonly partSize: number
  /** refuse a backup into more directories than this. A whole number, 1 to 1000000. Default 1000. */
  readonly maxPartitions: number
  /** back up the schema without objects. Default false. */
  readonly schemaOnly: boolean
  /** allow a collection without objects. Default false. */
  readonly allowEmpty: boolean
  /** allow objects without the vectors that the schema names. Default false. */
  readonly allowMissingVectors: boolean
  /** leave out vectors that contain NaN or infinity, and name their objects. Default false. */
  readonly allowInvalidVectors: boolean
  /** increments: read all objects, whatever their update times say. Default false. */
  readonly fullScan: boolean
  /** increments: fail if more than this share of the objects is gone. Default '50%'. */
  readonly maxVanished: string
  /** increments: allow any number of objects to be gone. Default false. */
  readonly allowShrink: boolean
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs: number
}

/** How an archive becomes a collection. As a program gives it. */
export interface RestoreOptionsInput {
  /** restore under this name (my-code becomes the class MyCode); ids stay the same. No default. */
  readonly name?: string
  /** which collection to restore from an export, or a rejects file, of several. No default. */
  readonly collection?: string
  /**
   * if the collection exists: fail refuses; skip writes only objects that are missing; overwrite replaces
   * those that are there; merge takes each property from the side that has it; replace makes the collection
   * exactly the archive. Default 'fail'.
   */
  readonly onConflict?: 'fail' | 'skip' | 'overwrite' | 'merge' | 'replace'
  /**
   * if a property is missing from the class: freeze refuses the restore, if possible before the first write;
   * evolve adds it to the class; discard-value drops its values; discard-object drops the objects that have
   * one. Default 'freeze'.
   */
  readonly onNewProperty?: 'freeze' | 'evolve' | 'discard-value' | 'discard-object'
  /** send only objects that differ from the existing ones. Default false. */
  readonly onlyChanged?: boolean
  /** whose value a merge takes if both sides have one. Default 'archive'. */
  readonly prefer?: 'archive' | 'target'
  /**
   * which vectors to keep if they may no longer match their texts: archive (or keep) takes those of the
   * archive; target, in a merge, those of the target; drop leaves out those that no longer match, so that the
   * server makes new ones. Needed if the class has a vectorizer, and a merge or a transform changes what it
   * reads. No default.
   */
  readonly vectors?: 'archive' | 'keep' | 'target' | 'drop'
  /** refuse a replace that would delete more objects than this, before anything is written. Default '10%'. */
  readonly maxDelete?: string
  /**
   * keep what is changed or deleted, for `col rollback`. False: change an existing collection with no way to
   * undo it. Default true.
   */
  readonly undo?: boolean
  /** how long to keep it. In milliseconds, 0 to 366d. Default 604800000 (7d). */
  readonly keepUndoMs?: number
  /** only the tenants or parts left in this file, which --list printed. No default. */
  readonly useList?: string
  /**
   * write what would be done to this file, one object per line, and change nothing; `col apply FILE` carries
   * it out. No default.
   */
  readonly plan?: string
  /**
   * restore into a new collection (ALIAS_v1, ALIAS_v2 …), and switch this alias to it once it is complete. No
   * default.
   */
  readonly intoAlias?: string
  /** with --into-alias: remove the collection that the alias pointed at before. Default false. */
  readonly dropOld?: boolean
  /** only these tenants, separated by commas. No default. */
  readonly tenant?: string
  /** only objects for which this SQL condition is true. No default. */
  readonly filter?: string
  /** only the objects of these ids. No default. */
  readonly objects?: string
  /** only these properties of each object; vectors stay. No default. */
  readonly properties?: string
  /** class JSON to use instead of the archive’s, or for objects without a class. No default. */
  readonly schema?: string
  /**
   * for JSON lines: the shape they have; auto recognizes it from the first lines, flat takes each field as a
   * property. Default 'auto'.
   */
  readonly shape?:
    | 'auto'
    | 'weaviate'
    | 'python-client'
    | 'ts-client'
    | 'elasticdump'
    | 'opensearch'
    | 'qdrant'
    | 'pinecone'
    | 'mongo'
    | 'langchain'
    | 'milvus'
    | 'flat'
  /**
   * for files of other programs: the fields to make an object’s id of (UUIDv5; a single field that holds
   * UUIDs is used as it is). No default.
   */
  readonly idFrom?: string
  /**
   * for files of other programs: the field with the vector, or NAME=FIELD for each named vector; none for no
   * vectors. No default.
   */
  readonly vectorFrom?: string
  /** for JSON lines: the field whose fields are the properties. No default. */
  readonly propertiesFrom?: string
  /** for Parquet: the time zone of timestamps without one. No default. */
  readonly timezone?: string
  /**
   * replicas of each object; by default as many as before, but no more than the target has nodes, including
   * those that are down. A whole number, 1 to 100. No default.
   */
  readonly replication?: number
  /** restore even if a node of the target is down; its replicas catch up later. Default false. */
  readonly degraded?: boolean
  /**
   * the module that makes vectors, for one of them or for all; a new name adds a vector; none means that
   * objects are never vectorized again. No default.
   */
  readonly vectorizer?: string
  /** the settings of that module, as JSON. No default. */
  readonly vectorizerSettings?: string
  /**
   * leave out the vectors that a module of the class makes, so that the target makes new ones; first shows
   * how many. Default false.
   */
  readonly revectorize?: boolean
  /** rename vectors; default is the unnamed one; an empty new name leaves the vector out. No default. */
  readonly vectorMap?: string
  /** hnsw, flat, dynamic or hfresh, for one vector or for all. No default. */
  readonly indexType?: string
  /** how vectors are compressed: pq, bq, sq, rq or none, for one vector or for all. No default. */
  readonly quantizer?: string
  /**
   * adapt the class to a target with another version, other modules or fewer nodes. False: refuse, before
   * anything is written, if the class would lose a setting. Default true.
   */
  readonly migrate?: boolean
  /**
   * references to a class that the target does not have: keep them unchanged, or drop their property. Default
   * 'keep'.
   */
  readonly missingReferences?: 'keep' | 'drop'
  /** restore the undamaged parts of a damaged archive, and report what is missing. Default false. */
  readonly skipDamaged?: boolean
  /**
   * read all objects back and compare their digest. False: count the objects afterwards, but do not read them
   * back. Default true.
   */
  readonly verify?: boolean
  /** wait until the vector index holds everything that was written. Default false. */
  readonly waitIndexed?: boolean
  /** check the archive and the target, show what would be created, and write nothing. Default false. */
  readonly dryRun?: boolean
  /** at most this many objects or records per second, such as 500/s. Such as '500/s'. No default. */
  readonly maxRate?: string
  /**
   * at most this many bytes of objects or records per second, such as 10MB. In bytes, 1KiB to 1024GiB. Such
   * as '10MB'. No default.
   */
  readonly maxBandwidth?: number
  /**
   * batches in flight at once, and parts that are read at once; auto finds how many. A whole number, 1 to 64.
   * Default 0.
   */
  readonly workers?: number
  /** extra threads for CPU-heavy work; auto uses them where that is faster, 0 none. Default 'auto'. */
  readonly threads?: string
  /** objects in one write. A whole number, 1 to 10000. Default 500. */
  readonly batchSize?: number
  /** bytes of objects in one write. In bytes, 1KiB to 64MiB. Default 8388608 (8MiB). */
  readonly batchBytes?: number
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs?: number
}

/** How an archive becomes a collection. With its defaults: sizes in bytes, durations in milliseconds. */
export interface RestoreOptions extends RestoreOptionsInput {
  /**
   * if the collection exists: fail refuses; skip writes only objects that are missing; overwrite replaces
   * those that are there; merge takes each property from the side that has it; replace makes the collection
   * exactly the archive. Default 'fail'.
   */
  readonly onConflict: 'fail' | 'skip' | 'overwrite' | 'merge' | 'replace'
  /**
   * if a property is missing from the class: freeze refuses the restore, if possible before the first write;
   * evolve adds it to the class; discard-value drops its values; discard-object drops the objects that have
   * one. Default 'freeze'.
   */
  readonly onNewProperty: 'freeze' | 'evolve' | 'discard-value' | 'discard-object'
  /** send only objects that differ from the existing ones. Default false. */
  readonly onlyChanged: boolean
  /** whose value a merge takes if both sides have one. Default 'archive'. */
  readonly prefer: 'archive' | 'target'
  /** refuse a replace that would delete more objects than this, before anything is written. Default '10%'. */
  readonly maxDelete: string
  /**
   * keep what is changed or deleted, for `col rollback`. False: change an existing collection with no way to
   * undo it. Default true.
   */
  readonly undo: boolean
  /** how long to keep it. In milliseconds, 0 to 366d. Default 604800000 (7d). */
  readonly keepUndoMs: number
  /** with --into-alias: remove the collection that the alias pointed at before. Default false. */
  readonly dropOld: boolean
  /**
   * for JSON lines: the shape they have; auto recognizes it from the first lines, flat takes each field as a
   * property. Default 'auto'.
   */
  readonly shape:
    | 'auto'
    | 'weaviate'
    | 'python-client'
    | 'ts-client'
    | 'elasticdump'
    | 'opensearch'
    | 'qdrant'
    | 'pinecone'
    | 'mongo'
    | 'langchain'
    | 'milvus'
    | 'flat'
  /** restore even if a node of the target is down; its replicas catch up later. Default false. */
  readonly degraded: boolean
  /**
   * leave out the vectors that a module of the class makes, so that the target makes new ones; first shows
   * how many. Default false.
   */
  readonly revectorize: boolean
  /**
   * adapt the class to a target with another version, other modules or fewer nodes. False: refuse, before
   * anything is written, if the class would lose a setting. Default true.
   */
  readonly migrate: boolean
  /**
   * references to a class that the target does not have: keep them unchanged, or drop their property. Default
   * 'keep'.
   */
  readonly missingReferences: 'keep' | 'drop'
  /** restore the undamaged parts of a damaged archive, and report what is missing. Default false. */
  readonly skipDamaged: boolean
  /**
   * read all objects back and compare their digest. False: count the objects afterwards, but do not read them
   * back. Default true.
   */
  readonly verify: boolean
  /** wait until the vector index holds everything that was written. Default false. */
  readonly waitIndexed: boolean
  /** check the archive and the target, show what would be created, and write nothing. Default false. */
  readonly dryRun: boolean
  /**
   * batches in flight at once, and parts that are read at once; auto finds how many. A whole number, 1 to 64.
   * Default 0.
   */
  readonly workers: number
  /** extra threads for CPU-heavy work; auto uses them where that is faster, 0 none. Default 'auto'. */
  readonly threads: string
  /** objects in one write. A whole number, 1 to 10000. Default 500. */
  readonly batchSize: number
  /** bytes of objects in one write. In bytes, 1KiB to 64MiB. Default 8388608 (8MiB). */
  readonly batchBytes: number
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs: number
}

/** How a collection of one store becomes a collection of another. As a program gives it. */
export interface CopyOptionsInput {
  /** all collections of a store, each under its name: both operands are stores. Default false. */
  readonly all?: boolean
  /** those whose names match: *, ?, [a-z], {one,other}. No default. */
  readonly include?: string
  /** without those whose names match. No default. */
  readonly exclude?: string
  /**
   * make an existing collection equal to the source: send what differs, then delete what the source does not
   * have. Default false.
   */
  readonly sync?: boolean
  /**
   * if the collection exists: fail refuses; skip writes only objects that are missing; overwrite replaces
   * those that are there; see --sync. Default 'fail'.
   */
  readonly onConflict?: 'fail' | 'skip' | 'overwrite'
  /** refuse a --sync that would delete more objects than this, before anything is written. Default '10%'. */
  readonly maxDelete?: string
  /** compare both sides afterwards, object by object; without it, the objects are counted. Default false. */
  readonly verify?: boolean
  /**
   * keep copying what has changed meanwhile, pass after pass, until a --finish (from any terminal) ends it.
   * Default false.
   */
  readonly follow?: boolean
  /** how long --follow waits between two passes. In milliseconds, 0 to 1d. Default 5000 (5s). */
  readonly everyMs?: number
  /** --follow reports ready once fewer objects than this are left. A whole number, 1 or more. Default 100. */
  readonly readyBelow?: number
  /**
   * end a --follow: make the last pass, compare both sides, and switch the alias if they are equal. Default
   * false.
   */
  readonly finish?: boolean
  /** with --finish: point this alias of the target at the copy. No default. */
  readonly switchAlias?: string
  /**
   * read what differs once more after this time, in case somebody is writing; 0: do not. In milliseconds, 0
   * to 1h. Default 2000 (2s).
   */
  readonly recheckAfterMs?: number
  /**
   * keep what is changed or deleted, for `col rollback`. False: change an existing collection with no way to
   * undo it. Default true.
   */
  readonly undo?: boolean
  /** how long to keep it. In milliseconds, 0 to 366d. Default 604800000 (7d). */
  readonly keepUndoMs?: number
  /** only these tenants, separated by commas. No default. */
  readonly tenant?: string
  /** copy only objects for which this SQL condition is true. No default. */
  readonly filter?: string
  /** copy only the objects of these ids. No default. */
  readonly objects?: string
  /** only these properties of each object; vectors stay. No default. */
  readonly properties?: string
  /**
   * if a property is missing from the class: freeze refuses the restore, if possible before the first write;
   * evolve adds it to the class; discard-value drops its values; discard-object drops the objects that have
   * one. Default 'freeze'.
   */
  readonly onNewProperty?: 'freeze' | 'evolve' | 'discard-value' | 'discard-object'
  /**
   * if a transform changes what a vectorizer reads: keep leaves vectors as they are; drop leaves out those
   * whose texts change, so that the target makes new ones. No default.
   */
  readonly vectors?: 'keep' | 'drop'
  /**
   * replicas of each object; by default as many as before, but no more than the target has nodes, including
   * those that are down. A whole number, 1 to 100. No default.
   */
  readonly replication?: number
  /** copy even if a node of the target is down; its replicas catch up later. Default false. */
  readonly degraded?: boolean
  /**
   * the module that makes vectors, for one of them or for all; a new name adds a vector; none means that
   * objects are never vectorized again. No default.
   */
  readonly vectorizer?: string
  /** the settings of that module, as JSON. No default. */
  readonly vectorizerSettings?: string
  /**
   * leave out the vectors that a module of the class makes, so that the target makes new ones; first shows
   * how many. Default false.
   */
  readonly revectorize?: boolean
  /** rename vectors; default is the unnamed one; an empty new name leaves the vector out. No default. */
  readonly vectorMap?: string
  /** hnsw, flat, dynamic or hfresh, for one vector or for all. No default. */
  readonly indexType?: string
  /** how vectors are compressed: pq, bq, sq, rq or none, for one vector or for all. No default. */
  readonly quantizer?: string
  /**
   * adapt the class to a target with another version, other modules or fewer nodes. False: refuse, before
   * anything is written, if the class would lose a setting. Default true.
   */
  readonly migrate?: boolean
  /**
   * references to a class that the target does not have: keep them unchanged, or drop their property. Default
   * 'keep'.
   */
  readonly missingReferences?: 'keep' | 'drop'
  /** wait until the vector index holds everything that was written. Default false. */
  readonly waitIndexed?: boolean
  /** check source and target, show what would be created, and write nothing. Default false. */
  readonly dryRun?: boolean
  /** at most this many objects or records per second, such as 500/s. Such as '500/s'. No default. */
  readonly maxRate?: string
  /**
   * at most this many bytes of objects or records per second, such as 10MB. In bytes, 1KiB to 1024GiB. Such
   * as '10MB'. No default.
   */
  readonly maxBandwidth?: number
  /**
   * batches in flight at once, and ranges that are read at once; auto finds how many. A whole number, 1 to
   * 64. Default 0.
   */
  readonly workers?: number
  /** objects in one write. A whole number, 1 to 10000. Default 500. */
  readonly batchSize?: number
  /** bytes of objects in one write. In bytes, 1KiB to 64MiB. Default 8388608 (8MiB). */
  readonly batchBytes?: number
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs?: number
}

/**
 * How a collection of one store becomes a collection of another. With its defaults: sizes in bytes, durations
 * in milliseconds.
 */
export interface CopyOptions extends CopyOptionsInput {
  /** all collections of a store, each under its name: both operands are stores. Default false. */
  readonly all: boolean
  /**
   * make an existing collection equal to the source: send what differs, then delete what the source does not
   * have. Default false.
   */
  readonly sync: boolean
  /**
   * if the collection exists: fail refuses; skip writes only objects that are missing; overwrite replaces
   * those that are there; see --sync. Default 'fail'.
   */
  readonly onConflict: 'fail' | 'skip' | 'overwrite'
  /** refuse a --sync that would delete more objects than this, before anything is written. Default '10%'. */
  readonly maxDelete: string
  /** compare both sides afterwards, object by object; without it, the objects are counted. Default false. */
  readonly verify: boolean
  /**
   * keep copying what has changed meanwhile, pass after pass, until a --finish (from any terminal) ends it.
   * Default false.
   */
  readonly follow: boolean
  /** how long --follow waits between two passes. In milliseconds, 0 to 1d. Default 5000 (5s). */
  readonly everyMs: number
  /** --follow reports ready once fewer objects than this are left. A whole number, 1 or more. Default 100. */
  readonly readyBelow: number
  /**
   * end a --follow: make the last pass, compare both sides, and switch the alias if they are equal. Default
   * false.
   */
  readonly finish: boolean
  /**
   * read what differs once more after this time, in case somebody is writing; 0: do not. In milliseconds, 0
   * to 1h. Default 2000 (2s).
   */
  readonly recheckAfterMs: number
  /**
   * keep what is changed or deleted, for `col rollback`. False: change an existing collection with no way to
   * undo it. Default true.
   */
  readonly undo: boolean
  /** how long to keep it. In milliseconds, 0 to 366d. Default 604800000 (7d). */
  readonly keepUndoMs: number
  /**
   * if a property is missing from the class: freeze refuses the restore, if possible before the first write;
   * evolve adds it to the class; discard-value drops its values; discard-object drops the objects that have
   * one. Default 'freeze'.
   */
  readonly onNewProperty: 'freeze' | 'evolve' | 'discard-value' | 'discard-object'
  /** copy even if a node of the target is down; its replicas catch up later. Default false. */
  readonly degraded: boolean
  /**
   * leave out the vectors that a module of the class makes, so that the target makes new ones; first shows
   * how many. Default false.
   */
  readonly revectorize: boolean
  /**
   * adapt the class to a target with another version, other modules or fewer nodes. False: refuse, before
   * anything is written, if the class would lose a setting. Default true.
   */
  readonly migrate: boolean
  /**
   * references to a class that the target does not have: keep them unchanged, or drop their property. Default
   * 'keep'.
   */
  readonly missingReferences: 'keep' | 'drop'
  /** wait until the vector index holds everything that was written. Default false. */
  readonly waitIndexed: boolean
  /** check source and target, show what would be created, and write nothing. Default false. */
  readonly dryRun: boolean
  /**
   * batches in flight at once, and ranges that are read at once; auto finds how many. A whole number, 1 to
   * 64. Default 0.
   */
  readonly workers: number
  /** objects in one write. A whole number, 1 to 10000. Default 500. */
  readonly batchSize: number
  /** bytes of objects in one write. In bytes, 1KiB to 64MiB. Default 8388608 (8MiB). */
  readonly batchBytes: number
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs: number
}

/**
 * How a collection is changed while it is read: as a copy, to which its alias is switched. As a program gives
 * it.
 */
export interface MigrateOptionsInput {
  /**
   * the alias to point at the changed collection; needed if the collection has no alias, or several. No
   * default.
   */
  readonly alias?: string
  /** point the alias back at the old collection. Default false. */
  readonly undo?: boolean
  /** remove the old collection; there is no way back after that. Default false. */
  readonly dropOld?: boolean
  /**
   * the module that makes vectors, for one of them or for all; a new name adds a vector; none means that
   * objects are never vectorized again. No default.
   */
  readonly vectorizer?: string
  /** the settings of that module, as JSON. No default. */
  readonly vectorizerSettings?: string
  /**
   * leave out the vectors that a module of the class makes, so that the target makes new ones; first shows
   * how many. Default false.
   */
  readonly revectorize?: boolean
  /**
   * if a transform changes what a vectorizer reads: keep leaves vectors as they are; drop leaves out those
   * whose texts change, so that the target makes new ones. No default.
   */
  readonly vectors?: 'keep' | 'drop'
  /** rename vectors; default is the unnamed one; an empty new name leaves the vector out. No default. */
  readonly vectorMap?: string
  /** hnsw, flat, dynamic or hfresh, for one vector or for all. No default. */
  readonly indexType?: string
  /** how vectors are compressed: pq, bq, sq, rq or none, for one vector or for all. No default. */
  readonly quantizer?: string
  /**
   * replicas of each object; by default as many as before, but no more than the target has nodes, including
   * those that are down. A whole number, 1 to 100. No default.
   */
  readonly replication?: number
  /** copy even if a node of the target is down; its replicas catch up later. Default false. */
  readonly degraded?: boolean
  /**
   * adapt the class to a target with another version, other modules or fewer nodes. False: refuse, before
   * anything is written, if the class would lose a setting. Default true.
   */
  readonly migrate?: boolean
  /** show how the class would change, and write nothing. Default false. */
  readonly dryRun?: boolean
  /** at most this many objects or records per second, such as 500/s. Such as '500/s'. No default. */
  readonly maxRate?: string
  /**
   * at most this many bytes of objects or records per second, such as 10MB. In bytes, 1KiB to 1024GiB. Such
   * as '10MB'. No default.
   */
  readonly maxBandwidth?: number
  /**
   * batches in flight at once, and ranges that are read at once; auto finds how many. A whole number, 1 to
   * 64. Default 0.
   */
  readonly workers?: number
  /** objects in one write. A whole number, 1 to 10000. Default 500. */
  readonly batchSize?: number
  /** bytes of objects in one write. In bytes, 1KiB to 64MiB. Default 8388608 (8MiB). */
  readonly batchBytes?: number
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs?: number
}

/**
 * How a collection is changed while it is read: as a copy, to which its alias is switched. With its defaults:
 * sizes in bytes, durations in milliseconds.
 */
export interface MigrateOptions extends MigrateOptionsInput {
  /** point the alias back at the old collection. Default false. */
  readonly undo: boolean
  /** remove the old collection; there is no way back after that. Default false. */
  readonly dropOld: boolean
  /**
   * leave out the vectors that a module of the class makes, so that the target makes new ones; first shows
   * how many. Default false.
   */
  readonly revectorize: boolean
  /** copy even if a node of the target is down; its replicas catch up later. Default false. */
  readonly degraded: boolean
  /**
   * adapt the class to a target with another version, other modules or fewer nodes. False: refuse, before
   * anything is written, if the class would lose a setting. Default true.
   */
  readonly migrate: boolean
  /** show how the class would change, and write nothing. Default false. */
  readonly dryRun: boolean
  /**
   * batches in flight at once, and ranges that are read at once; auto finds how many. A whole number, 1 to
   * 64. Default 0.
   */
  readonly workers: number
  /** objects in one write. A whole number, 1 to 10000. Default 500. */
  readonly batchSize: number
  /** bytes of objects in one write. In bytes, 1KiB to 64MiB. Default 8388608 (8MiB). */
  readonly batchBytes: number
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs: number
}

/** How the changes of a run are undone. As a program gives it. */
export interface RollbackOptionsInput {
  /** also put back objects that somebody else has changed since. Default false. */
  readonly force?: boolean
  /** read back what was put back, and compare it. False: do not read back what was put back. Default true. */
  readonly verify?: boolean
  /**
   * look at every object that the run changed, show what would happen to it, and write nothing. Default
   * false.
   */
  readonly dryRun?: boolean
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs?: number
}

/** How the changes of a run are undone. With its defaults: sizes in bytes, durations in milliseconds. */
export interface RollbackOptions extends RollbackOptionsInput {
  /** also put back objects that somebody else has changed since. Default false. */
  readonly force: boolean
  /** read back what was put back, and compare it. False: do not read back what was put back. Default true. */
  readonly verify: boolean
  /**
   * look at every object that the run changed, show what would happen to it, and write nothing. Default
   * false.
   */
  readonly dryRun: boolean
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs: number
}

/** Which objects of a collection are deleted. As a program gives it. */
export interface DeleteOptionsInput {
  /** the objects for which this SQL condition is true. No default. */
  readonly filter?: string
  /** the objects of these ids; with --filter, only those that match it. No default. */
  readonly objects?: string
  /** only objects of these tenants, separated by commas. No default. */
  readonly tenant?: string
  /**
   * let the server evaluate those parts of the filter that its indexes answer exactly. False: scan all
   * objects, and evaluate the whole filter here. Default true.
   */
  readonly pushDown?: boolean
  /**
   * show which parts of the filter the server evaluates, and how many objects are expected and read. Default
   * false.
   */
  readonly explain?: boolean
  /** refuse to delete more objects than this, before anything is deleted. Default '10%'. */
  readonly maxDelete?: string
  /** keep what is deleted, for `col rollback`. False: delete with no way to undo it. Default true. */
  readonly undo?: boolean
  /** how long to keep it. In milliseconds, 0 to 366d. Default 604800000 (7d). */
  readonly keepUndoMs?: number
  /** show how many objects would be deleted, and delete none. Default false. */
  readonly dryRun?: boolean
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs?: number
}

/**
 * Which objects of a collection are deleted. With its defaults: sizes in bytes, durations in milliseconds.
 */
export interface DeleteOptions extends DeleteOptionsInput {
  /**
   * let the server evaluate those parts of the filter that its indexes answer exactly. False: scan all
   * objects, and evaluate the whole filter here. Default true.
   */
  readonly pushDown: boolean
  /**
   * show which parts of the filter the server evaluates, and how many objects are expected and read. Default
   * false.
   */
  readonly explain: boolean
  /** refuse to delete more objects than this, before anything is deleted. Default '10%'. */
  readonly maxDelete: string
  /** keep what is deleted, for `col rollback`. False: delete with no way to undo it. Default true. */
  readonly undo: boolean
  /** how long to keep it. In milliseconds, 0 to 366d. Default 604800000 (7d). */
  readonly keepUndoMs: number
  /** show how many objects would be deleted, and delete none. Default false. */
  readonly dryRun: boolean
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs: number
}

/** How deep a verification of an archive looks. As a program gives it. */
export interface VerifyOptionsInput {
  /**
   * exists: files and sizes; stored: their SHA-256; records: all objects; live: against a store. Default
   * 'stored'.
   */
  readonly level?: 'exists' | 'stored' | 'records' | 'live'
  /** check only group N of T, so that T runs check every part, or a random percentage. No default. */
  readonly sample?: string
  /** stop after this many faults; 0: never. A whole number, 0 or more. Default 0. */
  readonly maxErrors?: number
  /** parts that are checked at once. A whole number, 1 to 64. Default 2. */
  readonly workers?: number
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs?: number
}

/**
 * How deep a verification of an archive looks. With its defaults: sizes in bytes, durations in milliseconds.
 */
export interface VerifyOptions extends VerifyOptionsInput {
  /**
   * exists: files and sizes; stored: their SHA-256; records: all objects; live: against a store. Default
   * 'stored'.
   */
  readonly level: 'exists' | 'stored' | 'records' | 'live'
  /** stop after this many faults; 0: never. A whole number, 0 or more. Default 0. */
  readonly maxErrors: number
  /** parts that are checked at once. A whole number, 1 to 64. Default 2. */
  readonly workers: number
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs: number
}

/**
 * How an archive is restored, compared and removed again, to see whether it can be restored. As a program
 * gives it.
 */
export interface RehearseOptionsInput {
  /**
   * batches in flight at once, and parts that are read at once; auto finds how many. A whole number, 1 to 64.
   * Default 0.
   */
  readonly workers?: number
  /** extra threads for CPU-heavy work; auto uses them where that is faster, 0 none. Default 'auto'. */
  readonly threads?: string
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs?: number
}

/**
 * How an archive is restored, compared and removed again, to see whether it can be restored. With its
 * defaults: sizes in bytes, durations in milliseconds.
 */
export interface RehearseOptions extends RehearseOptionsInput {
  /**
   * batches in flight at once, and parts that are read at once; auto finds how many. A whole number, 1 to 64.
   * Default 0.
   */
  readonly workers: number
  /** extra threads for CPU-heavy work; auto uses them where that is faster, 0 none. Default 'auto'. */
  readonly threads: string
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs: number
}

/** What of two collections is compared, and how. As a program gives it. */
export interface DiffOptionsInput {
  /** compare only the objects for which this condition is true. No default. */
  readonly filter?: string
  /** compare only these properties. No default. */
  readonly properties?: string
  /** compare only which ids exist. Default false. */
  readonly idsOnly?: boolean
  /** compare vectors as well as properties. False: do not compare vectors. Default true. */
  readonly vectors?: boolean
  /**
   * treat vector components as equal if they differ by no more than this; 0 compares bit for bit. Default
   * '0'.
   */
  readonly vectorTolerance?: string
  /** only these tenants, separated by commas. No default. */
  readonly tenant?: string
  /**
   * compare schema, tenant states and aliases as well as objects. False: compare objects only: no schema,
   * tenant states or aliases. Default true.
   */
  readonly schema?: boolean
  /** list equal objects too, with =. Default false. */
  readonly all?: boolean
  /**
   * read what differs once more after this time, in case somebody is writing; 0: do not. In milliseconds, 0
   * to 1h. Default 2000 (2s).
   */
  readonly recheckAfterMs?: number
  /** ranges of ids that are compared at once. A whole number, 1 to 64. Default 2. */
  readonly workers?: number
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs?: number
}

/**
 * What of two collections is compared, and how. With its defaults: sizes in bytes, durations in milliseconds.
 */
export interface DiffOptions extends DiffOptionsInput {
  /** compare only which ids exist. Default false. */
  readonly idsOnly: boolean
  /** compare vectors as well as properties. False: do not compare vectors. Default true. */
  readonly vectors: boolean
  /**
   * treat vector components as equal if they differ by no more than this; 0 compares bit for bit. Default
   * '0'.
   */
  readonly vectorTolerance: string
  /**
   * compare schema, tenant states and aliases as well as objects. False: compare objects only: no schema,
   * tenant states or aliases. Default true.
   */
  readonly schema: boolean
  /** list equal objects too, with =. Default false. */
  readonly all: boolean
  /**
   * read what differs once more after this time, in case somebody is writing; 0: do not. In milliseconds, 0
   * to 1h. Default 2000 (2s).
   */
  readonly recheckAfterMs: number
  /** ranges of ids that are compared at once. A whole number, 1 to 64. Default 2. */
  readonly workers: number
  /** how long to wait for an unreachable server. In milliseconds, 0 to 1d. Default 120000 (2m). */
  readonly retryForMs: number
}

/**
 * What stays and what goes; with --older-than and --keep-… together a keep rule wins. As a program gives it.
 */
export interface RetentionOptionsInput {
  /** remove archives older than this, if another that is as old remains. Such as '30d'. No default. */
  readonly olderThan?: string
  /** keep the newest N archives. Such as '7'. No default. */
  readonly keepLast?: string
  /** keep the newest of each of the last N hours that have one (UTC). Such as '7'. No default. */
  readonly keepHourly?: string
  /** keep the newest of each of the last N days that have one (UTC). Such as '7'. No default. */
  readonly keepDaily?: string
  /** keep the newest of each of the last N weeks (ISO) that have one (UTC). Such as '7'. No default. */
  readonly keepWeekly?: string
  /** keep the newest of each of the last N months that have one (UTC). Such as '7'. No default. */
  readonly keepMonthly?: string
  /** keep the newest of each of the last N years that have one (UTC). Such as '7'. No default. */
  readonly keepYearly?: string
  /** keep all archives less than this older than the newest. Such as '30d'. No default. */
  readonly keepWithin?: string
  /**
   * of the archives less than this older than the newest, keep one of each hour. Such as '30d'. No default.
   */
  readonly keepWithinHourly?: string
  /**
   * of the archives less than this older than the newest, keep one of each day. Such as '30d'. No default.
   */
  readonly keepWithinDaily?: string
  /**
   * of the archives less than this older than the newest, keep one of each week. Such as '30d'. No default.
   */
  readonly keepWithinWeekly?: string
  /**
   * of the archives less than this older than the newest, keep one of each month. Such as '30d'. No default.
   */
  readonly keepWithinMonthly?: string
  /**
   * of the archives less than this older than the newest, keep one of each year. Such as '30d'. No default.
   */
  readonly keepWithinYearly?: string
  /**
   * keep archives with all of these tags; given several times, with all tags of any one. Such as 'gold'. No
   * default.
   */
  readonly keepTag?: string
  /**
   * apply the rules to each group: any of cluster,collection,tenant,tags, or none. Default
   * 'cluster,collection'.
   */
  readonly groupBy?: string
  /** remove partial and failed archives that have not changed for this long. Such as '30d'. Default '24h'. */
  readonly failedAfter?: string
  /** the newest complete archive of a group may be removed too. Default false. */
  readonly allowLast?: boolean
  /** without any rule, remove all that --collection, --tag or --cluster selects. Default false. */
  readonly unsafeAllowRemoveAll?: boolean
}

/**
 * What stays and what goes; with --older-than and --keep-… together a keep rule wins. With its defaults:
 * sizes in bytes, durations in milliseconds.
 */
export interface RetentionOptions extends RetentionOptionsInput {
  /**
   * apply the rules to each group: any of cluster,collection,tenant,tags, or none. Default
   * 'cluster,collection'.
   */
  readonly groupBy: string
  /** remove partial and failed archives that have not changed for this long. Such as '30d'. Default '24h'. */
  readonly failedAfter: string
  /** the newest complete archive of a group may be removed too. Default false. */
  readonly allowLast: boolean
  /** without any rule, remove all that --collection, --tag or --cluster selects. Default false. */
  readonly unsafeAllowRemoveAll: boolean
}
