import { parseTenantId, recordDigest } from '@mailtrail/core'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { EvidenceWriter, type KeptLine, type StoredEvidence } from './evidence-writer.ts'
import { rawKey, variantKey } from './layout.ts'
import { keys } from './object-store.contract.ts'
import type { ObjectStore } from './object-store.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const contentId = 'raced'
const key = rawKey('MailItemsAccessed', tenantId, '2024-03-14', contentId)

/** What writers of one content that race on a lake of this kind agree on. */
export function describeEvidenceWriter(kind: string, openEmpty: (resources: AsyncDisposableStack) => Promise<ObjectStore>): void {
  describe(`twenty writers of one content on ${kind}`, () => {
    test.each([
      { title: 'held', lines: 50, heldBytes: 2 ** 20 },
      { title: 'spooled', lines: 50, heldBytes: 100 },
    ])('leave one object and have one answer, its lines $title in any order', async ({ lines, heldBytes }) => {
      await using resources = new AsyncDisposableStack()
      const lake = await openEmpty(resources)
      const spoolFolder = resources.use(await temporaryFolder()).path
      const content = Array.from({ length: lines }, (_, index) => kept(`{"Id":"${index}"}`))
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store(lake, index % 2 === 0 ? content : content.toReversed(), { spoolFolder, heldBytes })),
      )
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(answers[0]).toMatchObject({ objects: [{ key }], variants: [] })
      expect(await keys(lake, '')).toEqual([key])
    })

    test('that differ leave the first and a variant, and each names its own', async () => {
      await using resources = new AsyncDisposableStack()
      const lake = await openEmpty(resources)
      const spoolFolder = resources.use(await temporaryFolder()).path
      const versions = [[kept('{"Id":"1"}')], [kept('{"Id":"1"}'), kept('{"Id":"2"}')]]
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => store(lake, versions[index % 2] ?? [], { spoolFolder })))
      const different = answers.filter(({ variants }) => variants.length > 0)
      expect(different).toHaveLength(10)
      const variant = variantKey(key, different[0]?.objects[1]?.recordsSha256 ?? '')
      expect(new Set(different.map(({ variants }) => variants.join()))).toEqual(new Set([variant]))
      expect(await keys(lake, '')).toEqual([key, variant].toSorted())
    })
  })
}

function kept(line: string): KeptLine {
  const id = String(JSON.parse(line).Id)
  return { operation: 'MailItemsAccessed', date: '2024-03-14', line: Buffer.from(line), id, digest: recordDigest(line) }
}

async function store(
  lake: ObjectStore,
  lines: readonly KeptLine[],
  options: { readonly spoolFolder: string; readonly heldBytes?: number },
): Promise<StoredEvidence> {
  await using writer = new EvidenceWriter(lake, { tenantId, contentId, ...options })
  for (const line of lines) await writer.add(line)
  return await writer.store()
}
