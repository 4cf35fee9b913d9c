import { dayMs, utcDate } from '@mailtrail/core'
import { accessOf, type CheckFacts, type CheckFailure, type CredentialFact, failureOf, resultOf } from './check-facts.ts'
import type { Check } from './check-report.ts'
import { readRefusal } from './check-sign-in-refusal.ts'

/** Days before its end from which a certificate is spoken of, as in the ladder of alerts. */
const speakDays = 60

const replace = 'Register another certificate with the app, and put its reference beside this one.'

/** One line for each credential: both, while one replaces the other. */
export function judgeCredentials(facts: CheckFacts): Check[] {
  if (facts.setUp) return [credential({ state: 'unknown', detail: 'No credential was tried.' })]
  return facts.credentials.map((fact) => credential(judge(fact, facts)))
}

/** Certificates whose end matters: no other certificate that is taken lasts as long as 60 days. */
export function endingCertificates(facts: CheckFacts): (CredentialFact & { readonly expiresAt: number })[] {
  return facts.credentials.flatMap((fact) =>
    fact.expiresAt === undefined || isReplaced(fact, facts) ? [] : [{ ...fact, expiresAt: fact.expiresAt }],
  )
}

type Judgement = Omit<Check, 'check'>

function credential(judgement: Judgement): Check {
  return { check: 'credential', ...judgement }
}

function judge(fact: CredentialFact, facts: CheckFacts): Judgement {
  const { kind, reference, expiresAt, signIn } = fact
  const name = `${kind ?? 'credential'} (${reference})`
  const failure = failureOf(signIn)
  const refusal = failure && readRefusal(failure)
  if (kind === undefined)
    return broken(facts, `The ${name} cannot be read here.`, failure, 'Provide it to this process, and to every role.')
  if (kind === 'certificate' && expiresAt === undefined) {
    return broken(
      facts,
      `The ${name} is not PEM of a certificate and its RSA key.`,
      failure,
      'Put certificate and unencrypted key into one PEM.',
    )
  }
  if (expiresAt !== undefined && expiresAt <= facts.at) {
    return broken(facts, `The ${name} expired on ${utcDate(expiresAt)}.`, failure, replace)
  }
  if (refusal?.check === 'credential') {
    return broken(
      facts,
      `The ${name} is refused: ${refusal.detail}.`,
      failure,
      'Check client id and credential; register a certificate if it expired.',
    )
  }
  return expiresAt === undefined ? judgeSecret(name, fact) : judgeExpiry(name, { ...fact, expiresAt }, facts)
}

/** What fails while another credential is taken hinders nothing, but should not stay. */
function broken(facts: CheckFacts, detail: string, failure: CheckFailure | undefined, fix: string): Judgement {
  const code = failure && (failure.vendorCode ?? failure.code)
  if (accessOf(facts))
    return { state: 'warning', detail: `${detail} Another credential is taken.`, code, fix: 'Remove its reference, or mend it.' }
  return { state: 'failed', detail, code, fix }
}

function judgeSecret(name: string, { signIn }: CredentialFact): Judgement {
  if (resultOf(signIn) === undefined) return { state: 'unknown', detail: `Whether the ${name} is taken was not seen.` }
  const fix = 'A certificate is better: it tells when it ends, and its key is never sent.'
  return { state: 'warning', detail: `The ${name} is taken. When it expires is unknown.`, fix }
}

function judgeExpiry(name: string, fact: CredentialFact & { readonly expiresAt: number }, facts: CheckFacts): Judgement {
  const daysLeft = daysBetween(facts.at, fact.expiresAt)
  const left = `${daysLeft} ${daysLeft === 1 ? 'day' : 'days'} left, until ${utcDate(fact.expiresAt)}`
  if (isReplaced(fact, facts)) return { state: 'ok', detail: `The ${name} has ${left}; another lasts longer.` }
  if (daysLeft <= speakDays) return { state: 'warning', detail: `The ${name} has ${left}.`, fix: replace }
  if (resultOf(fact.signIn) === undefined) return { state: 'unknown', detail: `The ${name} has ${left}; whether it is taken was not seen.` }
  return { state: 'ok', detail: `The ${name} is taken and has ${left}.` }
}

function isReplaced(fact: CredentialFact, { credentials, at }: CheckFacts): boolean {
  return credentials.some(
    (other) => other !== fact && resultOf(other.signIn) && other.expiresAt !== undefined && daysBetween(at, other.expiresAt) > speakDays,
  )
}

function daysBetween(from: number, to: number): number {
  return Math.floor((to - from) / dayMs)
}
