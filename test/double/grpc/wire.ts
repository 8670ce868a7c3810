import { findPackageJSON } from 'node:module'
import { pathToFileURL } from 'node:url'
import type * as HealthModule from '../../../node_modules/weaviate-client/dist/node/esm/proto/google/health/v1/health.js'
import type * as AggregateModule from '../../../node_modules/weaviate-client/dist/node/esm/proto/v1/aggregate.js'
import type * as BaseModule from '../../../node_modules/weaviate-client/dist/node/esm/proto/v1/base.js'
import type * as BatchModule from '../../../node_modules/weaviate-client/dist/node/esm/proto/v1/batch.js'
import type * as BatchDeleteModule from '../../../node_modules/weaviate-client/dist/node/esm/proto/v1/batch_delete.js'
import type * as PropertiesModule from '../../../node_modules/weaviate-client/dist/node/esm/proto/v1/properties.js'
import type * as SearchModule from '../../../node_modules/weaviate-client/dist/node/esm/proto/v1/search_get.js'
import type * as TenantsModule from '../../../node_modules/weaviate-client/dist/node/esm/proto/v1/tenants.js'
import type * as WeaviateModule from '../../../node_modules/weaviate-client/dist/node/esm/proto/v1/weaviate.js'

/**
 * The service definitions that weaviate-client itself speaks, loaded from the installed package: nothing is
 * copied, so the double cannot drift from the client. Its `exports` hide them, hence the path.
 */
const description = findPackageJSON('weaviate-client', import.meta.url)!
const root = new URL('dist/node/esm/proto/', pathToFileURL(description))
const load = async (path: string): Promise<unknown> => import(new URL(path, root).href)

/** `weaviate.v1.Weaviate` */
export const { WeaviateDefinition } = (await load('v1/weaviate.js')) as typeof WeaviateModule
/** `grpc.health.v1.Health` */
export const { HealthDefinition } = (await load('google/health/v1/health.js')) as typeof HealthModule

export type AggregateRequest = AggregateModule.AggregateRequest
export type AggregateReply = AggregateModule.AggregateReply
export type BatchObject = BatchModule.BatchObject
export type BatchObjectsRequest = BatchModule.BatchObjectsRequest
export type BatchObjectsReply = BatchModule.BatchObjectsReply
export type BatchDeleteRequest = BatchDeleteModule.BatchDeleteRequest
export type BatchDeleteReply = BatchDeleteModule.BatchDeleteReply
export type Filters = BaseModule.Filters
export type ObjectPropertiesValue = BaseModule.ObjectPropertiesValue
export type Properties = PropertiesModule.Properties
export type Value = PropertiesModule.Value
export type RefPropertiesRequest = SearchModule.RefPropertiesRequest
export type RefPropertiesResult = SearchModule.RefPropertiesResult
export type SearchRequest = SearchModule.SearchRequest
export type SearchReply = SearchModule.SearchReply
export type SearchResult = SearchModule.SearchResult
export type TenantsGetRequest = TenantsModule.TenantsGetRequest
export type TenantsGetReply = TenantsModule.TenantsGetReply
export type Vectors = BaseModule.Vectors
