import { readFile } from 'node:fs/promises'
import type { Agent } from 'node:http'
import { DefaultAzureCredential } from '@azure/identity'
import { ContainerClient, newPipeline, type Pipeline, StorageSharedKeyCredential } from '@azure/storage-blob'
import { createBlobAgent } from './blob-agent.ts'
import { type BlobContainer, createBlobContainer } from './blob-container.ts'
import { parseBlobLocation } from './blob-location.ts'
import { createBlobStore } from './blob-store.ts'
import type { LakeOptions, LakeSettings } from './lake-settings.ts'
import type { ObjectStore } from './object-store.ts'

const patienceMs = { opening: 5_000, working: 30_000 }

/**
 * Opens the lake in a container of Azure storage, and asks once whether it is there and may be listed. Without a key or a signature in the
 * settings, as the identity that the Azure SDK finds.
 *
 * @param location - see {@link parseBlobLocation}
 * @throws {@link MailtrailError} `LAKE_LOCATION_INVALID`, `LAKE_BUCKET_MISSING`, `LAKE_ACCESS_DENIED`, `LAKE_UNAVAILABLE`, `LAKE_REQUEST_REFUSED`
 */
export async function openBlobLake(location: string, settings: LakeSettings, readSecret: LakeOptions['readSecret']): Promise<ObjectStore> {
  const { container, account, endpoint, prefix, place } = parseBlobLocation(location, settings.endpoint)
  const { caFile, sas } = settings
  const agent = createBlobAgent(endpoint, { ca: caFile === undefined ? undefined : await readFile(caFile, 'utf8') })
  const query = sas === undefined ? '' : `?${(await readSecret(sas)).replace(/^\?/, '')}`
  const client = new ContainerClient(`${endpoint}/${container}${query}`, await createPipeline(account, agent, settings, readSecret))
  const options = { client, prefix, place, write: settings }
  try {
    await requestFirstName(createBlobContainer({ ...options, patienceMs: patienceMs.opening }))
  } catch (error) {
    agent.destroy()
    throw error
  }
  return {
    ...createBlobStore({ ...options, patienceMs: patienceMs.working }),
    [Symbol.asyncDispose]: async () => agent.destroy(),
  }
}

async function requestFirstName({ client, prefix, ask }: BlobContainer): Promise<void> {
  await ask(() => client.listBlobsFlat({ prefix }).byPage({ maxPageSize: 1 }).next())
}

async function createPipeline(
  account: string,
  agent: Agent,
  { accountKey, sas }: LakeSettings,
  readSecret: LakeOptions['readSecret'],
): Promise<Pipeline> {
  // What is tried again goes by our own rules (see `withPatience`). The agent is handed on to the client below.
  const options = { retryOptions: { maxTries: 1 }, agent }
  if (sas !== undefined) return newPipeline(undefined, options)
  if (accountKey !== undefined) return newPipeline(new StorageSharedKeyCredential(account, await readSecret(accountKey)), options)
  return newPipeline(new DefaultAzureCredential(), options)
}
