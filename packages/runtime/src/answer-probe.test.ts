import { MailtrailError } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { answerProbe, type ProbedRole } from './answer-probe.ts'
import type { RoleHealth } from './role-health.ts'

const well: RoleHealth = {
  live: { worker: () => ({ isOk: true }) },
  ready: { redis: async () => ({ isOk: true }), leadership: () => ({ isOk: true, details: { leading: false } }) },
  signals: async () => ({ windows: { ready_jobs: 0, oldest_ready_seconds: 0 } }),
}
const deaf: RoleHealth = { ...well, live: { worker: () => ({ isOk: false, reason: 'it is deaf' }) } }
const cutOff: RoleHealth = { ...well, ready: { redis: () => ({ isOk: false, reason: 'Redis is away' }) } }

describe('probes', () => {
  test.each<{ title: string; probed: Omit<ProbedRole, 'role'>; live: number; ready: number }>([
    { title: 'that starts is alive, and not ready', probed: { phase: 'starting', health: undefined }, live: 200, ready: 503 },
    { title: 'that runs is alive and ready', probed: { phase: 'running', health: well }, live: 200, ready: 200 },
    { title: 'without Redis is not ready, but not dead', probed: { phase: 'running', health: cutOff }, live: 200, ready: 503 },
    { title: 'whose worker is deaf is dead', probed: { phase: 'running', health: deaf }, live: 503, ready: 200 },
    { title: 'that drains is alive, and not ready', probed: { phase: 'draining', health: deaf }, live: 200, ready: 503 },
  ])('a process $title', async ({ probed, live, ready }) => {
    const role = { role: 'fetcher', ...probed }
    const [isLive, isReady] = [await answerProbe('/livez', role), await answerProbe('/readyz', role)]
    expect([isLive?.status, isReady?.status]).toEqual([live, ready])
  })

  test('name each check, and why it fails', async () => {
    const live = await answerProbe('/livez', { role: 'fetcher', phase: 'running', health: deaf })
    const ready = await answerProbe('/readyz', { role: 'fetcher', phase: 'running', health: well })
    expect(live?.body).toEqual({ ok: false, role: 'fetcher', phase: 'running', checks: { worker: { ok: false, reason: 'it is deaf' } } })
    const checks = { phase: { ok: true }, redis: { ok: true }, leadership: { ok: true, leading: false } }
    expect(ready?.body).toEqual({ ok: true, role: 'fetcher', phase: 'running', checks })
  })

  test('count a check that fails or does not answer as failed', async () => {
    const checks = { broken: () => Promise.reject(new Error('no use')), silent: () => new Promise<never>(() => {}) }
    const answer = await answerProbe('/livez', { role: 'fetcher', phase: 'running', health: { ...well, live: checks } })
    const told = { broken: { ok: false, reason: 'no use' }, silent: { ok: false, reason: 'no answer within 800 ms' } }
    expect(answer).toMatchObject({ status: 503, body: { checks: told } })
  })

  test('tell what waits, or that it cannot be told', async () => {
    const unknown = (): Promise<never> => Promise.reject(new MailtrailError('SIGNALS_UNKNOWN', 'Nobody schedules.'))
    const ask = (health: RoleHealth | undefined) => answerProbe('/signals', { role: 'lister', phase: 'running', health })
    expect(await ask(well)).toEqual({ status: 200, body: { windows: { ready_jobs: 0, oldest_ready_seconds: 0 } } })
    const failed = { status: 503, body: { ok: false, reason: 'Nobody schedules. [SIGNALS_UNKNOWN]' } }
    expect(await ask({ ...well, signals: unknown })).toEqual(failed)
    expect((await ask(undefined))?.status).toBe(503)
  })

  test('answer nothing else', async () => {
    expect(await answerProbe('/', { role: 'lister', phase: 'running', health: well })).toBeUndefined()
  })
})
