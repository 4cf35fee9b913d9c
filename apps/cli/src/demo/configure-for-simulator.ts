import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mailContentType, parseTenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { type Config, loadConfig } from '@mailtrail/runtime'
import { addTenant, recordHistory } from '@mailtrail/tenants'
import type { Announcement } from './simulator-process.ts'

const cloudName = 'simulator'
const siemName = 'siem'

/** A fleet's configuration for the simulator's cloud, with its SIEM as the one destination. Secrets go into files beside the data. */
export async function configureForSimulator(
  said: Announcement,
  { folder, redisUrl }: { folder: string; redisUrl: string },
): Promise<Config> {
  const { origin, caFile, siemUrl, siemSecret, tenants } = said
  await writeSecret(folder, siemName, siemSecret)
  return loadConfig(
    {
      redisUrl,
      lake: `file:${join(folder, 'lake')}`,
      publisherId: tenants[0]?.publisherId,
      // Budgets are in real time, and a simulated day passes in seconds: as many requests as that takes.
      requestsPerMinute: 1_000_000,
      clouds: { [cloudName]: { loginHost: origin, apiRoot: origin, resource: origin, caFile } },
      destinations: [{ name: siemName, url: siemUrl, secret: secretReference(folder, siemName), caFile }],
    },
    { MAILTRAIL_LOG_LEVEL: process.env.MAILTRAIL_LOG_LEVEL },
  )
}

/** Registers all tenants of the simulator, collected from `now` on. */
export async function registerTenants(
  lake: ObjectStore,
  said: Announcement,
  { folder, now, windowMinutes = 10 }: { folder: string; now: number; windowMinutes?: number },
): Promise<void> {
  for (const { tenantId: id, displayName, clientId, clientSecret } of said.tenants) {
    const tenantId = parseTenantId(id)
    await writeSecret(folder, id, clientSecret)
    await addTenant(lake, { tenantId, displayName, cloud: cloudName, clientId, credentials: [secretReference(folder, id)], tags: [] })
    await recordHistory(lake, tenantId, { kind: 'added', at: now, contentTypes: [mailContentType], windowMinutes, backfill: false })
  }
}

async function writeSecret(folder: string, name: string, secret: string): Promise<void> {
  await mkdir(join(folder, 'secrets'), { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'secrets', name), secret, { mode: 0o600 })
}

function secretReference(folder: string, name: string): string {
  return `file:${join(folder, 'secrets', name)}`
}
