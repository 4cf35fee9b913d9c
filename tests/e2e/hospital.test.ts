import { execFile } from 'node:child_process'
import { readdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function mailtrail(...args: readonly string[]): Promise<Ended> {
  const command = ['--conditions=@mailtrail/source', cli, ...args]
  return promisify(execFile)(process.execPath, command, { maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  )
}

describe('the hospital case', () => {
  test('ten simulated days end with the true answer, and the lake that is kept gives it again', async () => {
    await using folder = await temporaryFolder()
    const keep = `${folder.path}/case`
    const demo = await mailtrail('demo', '--json', '--keep', keep)
    expect(demo.code, demo.stderr).toBe(0)
    const { answer, truth, differences, collected, alerts } = JSON.parse(demo.stdout)
    expect(differences).toEqual([])
    expect(answer.lower).toBe(truth.lower)
    expect(answer.upper).toBeGreaterThan(answer.lower)
    expect(alerts.map(({ type }: { type: string }) => type)).toEqual(['mailbox.throttled'])
    expect(collected).toMatchObject({ tenants: 2 })

    const { tenantId, from, to } = answer.question
    const question = ['--tenant', tenantId, '--from', from, '--to', to, '--lake', `file:${keep}/lake`]
    const asked = await mailtrail('investigate', ...question, '--ip', '174.20.0.0/16', '--json')
    expect(asked.code, 'a throttled mailbox leaves the answer incomplete').toBe(6)
    expect(JSON.parse(asked.stdout)).toEqual(answer)
    // Compacted while it was collected; the same from raw alone.
    expect(await readdir(`${keep}/lake/items`)).toHaveLength(2)
    await rm(`${keep}/lake/items`, { recursive: true })
    const askedRaw = await mailtrail('investigate', ...question, '--ip', '174.20.0.0/16', '--json')
    expect(JSON.parse(askedRaw.stdout)).toEqual(answer)

    const [victim] = answer.mailboxes.filter(({ itemised }: { itemised: unknown[] }) => itemised.length > 0)
    const one = await mailtrail('investigate', ...question, '--ip', '174.20.0.0/16', '--mailbox', victim.mailbox, '--json')
    expect(one.code, 'every hour of this mailbox is settled').toBe(0)
    expect(JSON.parse(one.stdout)).toMatchObject({ lower: answer.lower })

    expect((await mailtrail('coverage', ...question)).code).toBe(0)
    const recent = ['--tenant', tenantId, '--from', '2024-03-20T00:00Z', '--to', '2024-03-20T06:00Z', '--lake', `file:${keep}/lake`]
    expect((await mailtrail('coverage', ...recent)).code).toBe(6)
    expect((await mailtrail('investigate', ...recent, '--ip', '174.20.0.0/16', '--mailbox', victim.mailbox)).code).toBe(6)
    expect(
      (await mailtrail('investigate', ...recent, '--ip', '174.20.0.0/16', '--mailbox', victim.mailbox, '--allow-provisional')).code,
    ).toBe(0)
  })
})
