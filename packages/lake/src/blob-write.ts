import { randomUUID } from 'node:crypto'
import { type BlockBlobClient, type BlockBlobUploadOptions, RestError } from '@azure/storage-blob'
import type { Abortable } from '@mailtrail/core'
import { prepareBlobBody } from './blob-body.ts'
import type { BlobContainer, BlobWriteSettings } from './blob-container.ts'
import { blobErrorCode } from './blob-failure.ts'
import { headBlob } from './blob-head.ts'
import { isFolder } from './blob-list.ts'
import type { ObjectBody } from './object-store.ts'

/** In one conditional request, which the service carries out whole or not at all: of all who create a key, one is told so. */
export async function createBlob(
  container: BlobContainer,
  key: string,
  body: ObjectBody,
  options?: Abortable,
): Promise<'created' | 'exists'> {
  const { length, content, fields } = await prepare(container, body)
  const blob = container.client.getBlockBlobClient(container.prefix + key)
  return container.ask(async (http) => {
    try {
      await blob.upload(content, length, { ...fields, ...http, conditions: { ifNoneMatch: '*' } })
      return 'created'
    } catch (error) {
      const code = blobErrorCode(error)
      if (code === 'BlobAlreadyExists' || code === 'ConditionNotMet' || (mayExist(error) && (await isThere(blob)))) return 'exists'
      throw error
    }
  }, options)
}

/**
 * What exists may be refused for another reason: a policy keeps it, a signature allows no overwriting. Or the service breaks off a long
 * body that it does not want.
 */
function mayExist(error: unknown): boolean {
  return error instanceof RestError && (error.statusCode === undefined || error.statusCode < 500)
}

async function isThere(blob: BlockBlobClient): Promise<boolean> {
  return blob.getProperties().then(
    (found) => !isFolder(found),
    () => false,
  )
}

/** By compare-and-swap. */
export async function replaceBlob(
  container: BlobContainer,
  key: string,
  body: ObjectBody,
  etag: string,
  options?: Abortable,
): Promise<'replaced' | 'changed'> {
  // With no version, or one that means any, the service would compare nothing.
  if (etag === '' || etag === '*') return 'changed'
  const { length, content, fields } = await prepare(container, body)
  const blob = container.client.getBlockBlobClient(container.prefix + key)
  // An answer that was lost on the way is found out by it: the object is of this call, or not.
  const call = randomUUID()
  const answer = await container.ask(
    (http) =>
      blob.upload(content, length, { ...fields, ...http, metadata: { call }, conditions: { ifMatch: etag } }).catch(changedIfRefused),
    options,
  )
  if (answer !== 'changed') return 'replaced'
  return (await headBlob(container, key, options))?.metadata?.call === call ? 'replaced' : 'changed'
}

function changedIfRefused(error: unknown): 'changed' {
  const code = blobErrorCode(error)
  if (code === 'ConditionNotMet' || code === 'BlobNotFound') return 'changed'
  throw error
}

interface Prepared {
  readonly content: Parameters<BlockBlobClient['upload']>[0]
  readonly length: number
  readonly fields: BlockBlobUploadOptions
}

async function prepare({ write }: BlobContainer, body: ObjectBody): Promise<Prepared> {
  const { content, length, md5: transactionalContentMD5 } = await prepareBlobBody(body)
  return { content, length, fields: { ...fieldsOf(write), transactionalContentMD5 } }
}

function fieldsOf({ accessTier: tier, encryptionScope, tags }: BlobWriteSettings): BlockBlobUploadOptions {
  return { ...(tier && { tier }), ...(encryptionScope && { encryptionScope }), ...(tags && { tags }) }
}
