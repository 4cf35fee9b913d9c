import { setTimeout as delay } from 'node:timers/promises'
import { MailtrailError } from '@mailtrail/core'
import type { Check, CheckResult, RoleHealth } from './role-health.ts'

/** Where a process is in its life. */
export interface ProbedRole {
  readonly role: string
  readonly phase: 'starting' | 'running' | 'draining'
  /** Once it runs. */
  readonly health: RoleHealth | undefined
}

export interface ProbeAnswer {
  readonly status: 200 | 503
  readonly body: unknown
}

/** Whoever probes waits about a second by default. */
const checkMs = 800
const signalsMs = 5_000

/** Answers `/livez`, `/readyz` and `/signals`; there is nothing else. */
export async function answerProbe(path: string, probed: ProbedRole): Promise<ProbeAnswer | undefined> {
  const { phase, health } = probed
  switch (path) {
    case '/livez':
      // What is ending is bounded by its grace.
      return report(probed, phase === 'running' && health ? health.live : {})
    case '/readyz':
      return report(probed, { phase: () => ({ isOk: phase === 'running', reason: `it is ${phase}` }), ...health?.ready })
    case '/signals':
      return tellSignals(health)
    default:
      return undefined
  }
}

async function report({ role, phase }: ProbedRole, checks: Readonly<Record<string, Check>>): Promise<ProbeAnswer> {
  const results = await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await run(check)] as const))
  const isOk = results.every(([, result]) => result.isOk)
  const told = results.map(([name, { isOk: ok, reason, details }]) => [name, { ok, ...(!ok && { reason }), ...details }])
  return { status: isOk ? 200 : 503, body: { ok: isOk, role, phase, checks: Object.fromEntries(told) } }
}

async function run(check: Check): Promise<CheckResult> {
  try {
    return await inTime(checkMs, async () => check())
  } catch (error) {
    return { isOk: false, reason: reasonOf(error) }
  }
}

async function tellSignals(health: RoleHealth | undefined): Promise<ProbeAnswer> {
  try {
    if (!health) throw new Error('it is starting')
    return { status: 200, body: await inTime(signalsMs, health.signals) }
  } catch (error) {
    return { status: 503, body: { ok: false, reason: reasonOf(error) } }
  }
}

async function inTime<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const isOver = new AbortController()
  const late = delay(ms, undefined, isOver).then(() => Promise.reject(new Error(`no answer within ${ms} ms`)))
  try {
    return await Promise.race([work(), late])
  } finally {
    isOver.abort()
    late.catch(() => {})
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof MailtrailError) return `${error.message} [${error.code}]`
  return error instanceof Error ? error.message : 'unknown'
}
