import { tmpdir } from 'node:os'
import { compareAlerts, compareLake, readCoverage, siemSchema, truthSchema } from '@mailtrail/cli'
import { defaultHorizonMs, type Interval, mergeContents, parseTenantId, type TenantId } from '@mailtrail/core'
import { readLedger, verifyEvidence } from '@mailtrail/lake'
import { readHistory } from '@mailtrail/tenants'
import { guid } from '../e2e/scenario.ts'
import type { ChaosFleet } from './chaos-fleet.ts'
import { tenantNames, trueAlerts } from './chaos-world.ts'

/** Of a process at rest: what it holds, and what it has open. */
const [mostLiveBytes, mostOpenFiles] = [96 * 1024 * 1024, 80]

/** What a fleet that came to rest after all faults has not made good, a line a problem. */
export async function judgeChaos(fleet: ChaosFleet, feed: Interval): Promise<string[]> {
  const problems: string[] = []
  const unfinished = await fleet.queues.unfinished()
  if (unfinished > 0) problems.push(`${unfinished} jobs are not done`)
  for (const { crashes } of fleet.members) problems.push(...crashes)
  problems.push(...(await compareLake(fleet.lake, truthSchema.parse(await fleet.simulator.get('/sim/truth')))))
  for await (const key of fleet.lake.list('raw/')) if (key.includes('~')) problems.push(`${key} is a variant`)
  for (const name of tenantNames) problems.push(...(await judgeTenant(fleet, parseTenantId(guid(name)), feed)))
  const siem = siemSchema.parse(await fleet.simulator.get('/sim/siem'))
  problems.push(...compareAlerts(siem, trueAlerts))
  problems.push(...(await judgeMemory(fleet)))
  return problems
}

async function judgeTenant({ lake }: ChaosFleet, tenantId: TenantId, feed: Interval): Promise<string[]> {
  const problems: string[] = []
  const entries = await readLedger(lake, tenantId, feed)
  const seals = entries.filter(({ entry }) => entry === 'seal')
  const expected = (feed.to - feed.from) / (10 * 60_000)
  if (seals.length !== expected) problems.push(`${tenantId}: ${seals.length} windows are sealed, of ${expected}`)
  // Where nobody listed for a while nothing vouches for an empty hour, and late records are waited for everywhere; anything else is a gap.
  for (const { from, to, state, cause } of await readCoverage(lake, tenantId, feed)) {
    if (state === 'unverified' || state === 'provisional') continue
    problems.push(`${tenantId}: ${nameOf(from)} to ${nameOf(to)} is ${state}, for ${cause}`)
  }
  for (const { id, outcome } of mergeContents(entries).values()) if (outcome !== 'stored') problems.push(`${tenantId}: ${id} is ${outcome}`)
  const history = await readHistory(lake, tenantId)
  const options = { tenantId, history, operations: ['MailItemsAccessed'], horizonMs: defaultHorizonMs, heads: [], folder: tmpdir() }
  for (const finding of (await verifyEvidence(lake, options)).findings) problems.push(`${tenantId}: ${JSON.stringify(finding)}`)
  return problems
}

function nameOf(time: number): string {
  return new Date(time).toISOString()
}

async function judgeMemory({ members }: ChaosFleet): Promise<string[]> {
  const problems: string[] = []
  for (const member of members) {
    const [bytes, files] = [await member.liveBytes(), await member.openFiles()]
    if (bytes === undefined) problems.push(`${member.name} does not answer`)
    else if (bytes > mostLiveBytes) problems.push(`${member.name} holds ${Math.round(bytes / 1e6)} MB at rest`)
    if (files > mostOpenFiles) problems.push(`${member.name} has ${files} files open at rest`)
  }
  return problems
}
