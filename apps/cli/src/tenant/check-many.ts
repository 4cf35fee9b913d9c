import { MailtrailError, mapConcurrently, type TenantId } from '@mailtrail/core'
import { type CheckReport, needsAttention } from '@mailtrail/tenants'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import { createProgressBar, printData, say } from '../print.ts'
import { exitCodeOfCheck } from './exit-code-of-check.ts'
import { checkToJson, renderCheckLine, summariseChecks } from './render-check.ts'

export interface CheckManyOptions {
  /** Whether a tenant is looked at. */
  readonly isWanted: (tenantId: TenantId) => Promise<boolean>
  /** Whether only those with something to do are printed. */
  readonly failed?: boolean
  readonly json?: boolean
}

type Outcome = { readonly tenantId: TenantId } & ({ readonly report: CheckReport } | { readonly error: unknown })

/** Most of a check is waiting for the service; each tenant has connections and a quota of its own. */
const checksAtOnce = 16

/**
 * Checks many tenants, some at once. One that cannot be checked stops no other.
 *
 * @returns the exit code: that of credentials and consent before others, and others before what passes by itself
 */
export async function checkMany(
  tenantIds: AsyncIterable<TenantId>,
  check: (tenantId: TenantId) => Promise<CheckReport>,
  { isWanted, failed = false, json = false }: CheckManyOptions,
): Promise<number> {
  const ids = await Array.fromAsync(tenantIds)
  const progress = createProgressBar('Checking')
  const outcomes = await mapConcurrently(ids, { limit: checksAtOnce }, async (tenantId) => {
    const outcome = await checkOne(tenantId, isWanted, check)
    // Printed as they come: whoever reads it need not wait for the last.
    if (outcome && json && (!failed || isFaulty(outcome))) printData(JSON.stringify(toJson(outcome)))
    progress.step(ids.length)
    return outcome
  })
  progress.end()
  const checked = outcomes.filter((outcome) => outcome !== undefined)
  if (!json) for (const outcome of checked) if (!failed || isFaulty(outcome)) printData(toLine(outcome))
  const reports = checked.flatMap((outcome) => ('report' in outcome ? [outcome.report] : []))
  say(summariseChecks(reports, checked.length - reports.length))
  const codes = new Set(checked.map(exitCodeOfOutcome))
  return [exitCodes.auth, exitCodes.error, exitCodes.tryLater].find((code) => codes.has(code)) ?? exitCodes.ok
}

async function checkOne(
  tenantId: TenantId,
  isWanted: CheckManyOptions['isWanted'],
  check: (tenantId: TenantId) => Promise<CheckReport>,
): Promise<Outcome | undefined> {
  try {
    return (await isWanted(tenantId)) ? { tenantId, report: await check(tenantId) } : undefined
  } catch (error) {
    return { tenantId, error }
  }
}

function isFaulty(outcome: Outcome): boolean {
  return 'error' in outcome || needsAttention(outcome.report)
}

function exitCodeOfOutcome(outcome: Outcome): number {
  if ('report' in outcome) return exitCodeOfCheck(outcome.report)
  const code = exitCodeOf(outcome.error)
  return code === exitCodes.usage ? exitCodes.error : code
}

function toLine(outcome: Outcome): string {
  if ('report' in outcome) return renderCheckLine(outcome.report)
  const { message, code } = describe(outcome.error)
  return `${outcome.tenantId}  error    ${message} [${code}]`
}

function toJson(outcome: Outcome): object {
  if ('report' in outcome) return checkToJson(outcome.report)
  return { tenantId: outcome.tenantId, state: 'error', ...describe(outcome.error) }
}

function describe(error: unknown): { readonly message: string; readonly code: string } {
  if (error instanceof MailtrailError) return { message: error.message, code: error.code }
  return { message: error instanceof Error ? error.message : String(error), code: 'UNEXPECTED' }
}
