import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dayMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import { expect, test } from 'vitest'
import { credentialExpiringAlert, expiryRung } from './credential-expiring.ts'
import { raiseCredentialExpiring } from './raise-credential-expiring.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const expiresAt = Date.parse('2024-06-30T12:00:00Z')
const certificate = { credential: 'file', expiresAt }

test.each([
  { daysLeft: 61, rung: undefined },
  { daysLeft: 60.9, rung: 60 },
  { daysLeft: 31, rung: 60 },
  { daysLeft: 30.5, rung: 30 },
  { daysLeft: 15, rung: 30 },
  { daysLeft: 14, rung: 14 },
  { daysLeft: 8, rung: 14 },
  { daysLeft: 7, rung: 7 },
  { daysLeft: 2, rung: 7 },
  { daysLeft: 1, rung: 1 },
  { daysLeft: 0, rung: 1 },
  { daysLeft: -100, rung: 1 },
])('with $daysLeft days left a certificate stands on the rung of $rung', ({ daysLeft, rung }) => {
  expect(expiryRung(expiresAt, expiresAt - daysLeft * dayMs)).toBe(rung)
  expect(credentialExpiringAlert(tenantId, certificate, expiresAt - daysLeft * dayMs)?.data.daysLeft).toBe(
    rung === undefined ? undefined : Math.floor(daysLeft),
  )
})

test('looked at every day from 90 days before to 20 days after its end, a certificate raises five alerts', async () => {
  await using lake = await temporaryLake()
  const raised: number[] = []
  for (let day = 90; day >= -20; day -= 1) {
    const outcome = await raiseCredentialExpiring(lake, tenantId, certificate, expiresAt - day * dayMs)
    if (outcome === 'raised') raised.push(day)
  }
  expect(raised).toEqual([60, 30, 14, 7, 1])
})

test('a certificate first looked at between two rungs raises one alert, dated the day it is raised', async () => {
  await using lake = await temporaryLake()
  const at = expiresAt - 45 * dayMs
  const outcomes = [at, at, at + dayMs, at + 14 * dayMs].map((time) => () => raiseCredentialExpiring(lake, tenantId, certificate, time))
  expect(await inTurn(outcomes)).toEqual(['raised', 'known', 'known', 'known'])
  expect(await Array.fromAsync(lake.list('alerts/'))).toEqual([expect.stringContaining('/date=2024-05-16/')])
})

test('another certificate, another reference and another tenant have alerts of their own', async () => {
  await using lake = await temporaryLake()
  const at = expiresAt - dayMs
  const other = parseTenantId('99999999-2222-4333-8444-555555555555')
  const raises = [
    () => raiseCredentialExpiring(lake, tenantId, certificate, at),
    () => raiseCredentialExpiring(lake, tenantId, { ...certificate, expiresAt: expiresAt + 1_000 }, at),
    () => raiseCredentialExpiring(lake, tenantId, { ...certificate, credential: 'env' }, at),
    () => raiseCredentialExpiring(lake, other, certificate, at),
  ]
  expect(await inTurn(raises)).toEqual(['raised', 'raised', 'raised', 'raised'])
})

async function inTurn<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = []
  for (const task of tasks) results.push(await task())
  return results
}

async function temporaryLake(): Promise<ObjectStore> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-alerts-'))
  return { ...createFolderStore(folder), [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
