import { MailtrailError, parseTenantId } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { FailingLakes } from './failing-lakes.ts'

const one = parseTenantId('11111111-aaaa-4333-8444-555555555555')
const another = parseTenantId('22222222-aaaa-4333-8444-555555555555')
const fails = async (): Promise<void> => {
  throw new MailtrailError('LAKE_UNAVAILABLE', 'It does not answer.', { retry: { again: true, afterMs: 30_000 } })
}
const works = async (): Promise<void> => {}

/** A turn that goes on until it is told how it ends. */
function hanging(): { readonly turn: () => Promise<void>; readonly end: (how: () => Promise<void>) => void } {
  const { promise, resolve } = Promise.withResolvers<() => Promise<void>>()
  return { turn: async () => (await promise)(), end: resolve }
}

describe(FailingLakes, () => {
  test('while a lake works, a tenant has as many turns as it likes', async () => {
    const lakes = new FailingLakes()
    const [first, second] = [hanging(), hanging()]
    const running = [lakes.during(one, first.turn), lakes.during(one, second.turn)]
    for (const { end } of [first, second]) end(works)
    await expect(Promise.all(running)).resolves.toHaveLength(2)
  })

  test('once it failed, one turn at a time tries it, and the others are set aside for half a minute', async () => {
    const lakes = new FailingLakes()
    await expect(lakes.during(one, fails)).rejects.toThrow()
    const probe = hanging()
    const probing = lakes.during(one, probe.turn)
    await expect(lakes.during(one, works)).rejects.toMatchObject({ code: 'LAKE_BEING_TRIED', retry: { again: true, afterMs: 30_000 } })
    await expect(lakes.during(another, works)).resolves.toBeUndefined()
    probe.end(fails)
    await expect(probing).rejects.toThrow('It does not answer.')
    await expect(lakes.during(one, works)).resolves.toBeUndefined()
  })

  test('once it works again, all turns go on', async () => {
    const lakes = new FailingLakes()
    await expect(lakes.during(one, fails)).rejects.toThrow()
    await lakes.during(one, works)
    const first = hanging()
    const running = lakes.during(one, first.turn)
    await expect(lakes.during(one, works)).resolves.toBeUndefined()
    first.end(works)
    await running
  })

  test('what is no fault of the lake holds up nobody', async () => {
    const lakes = new FailingLakes()
    await expect(lakes.during(one, () => Promise.reject(new MailtrailError('BODY_EMPTY', 'It is empty.')))).rejects.toThrow()
    const first = hanging()
    const running = lakes.during(one, first.turn)
    await expect(lakes.during(one, works)).resolves.toBeUndefined()
    first.end(works)
    await running
  })
})
