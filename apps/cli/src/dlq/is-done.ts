import { isDelivered } from '@mailtrail/alerts'
import { mergeContents } from '@mailtrail/core'
import { contentHash, type DeadLetter, type ObjectStore, readEntryGroup } from '@mailtrail/lake'

/** Whether the work of a letter was done meanwhile, as far as the lake tells. Compactions tell of themselves, by an event beside their letter. */
export async function isDone(lake: ObjectStore, { tenantId, work }: Pick<DeadLetter, 'tenantId' | 'work'>): Promise<boolean> {
  if (tenantId === null) return false
  switch (work.stage) {
    case 'contents': {
      const contents = [...mergeContents(await readEntryGroup(lake, tenantId, work)).values()]
      const content = contents.find(({ id }) => contentHash(id) === work.contentHash)
      return content !== undefined && !['pending', 'dead', 'dropped'].includes(content.outcome)
    }
    case 'windows': {
      const names = (await readEntryGroup(lake, tenantId, work)).map(({ entry }) => entry)
      // Of an empty window the seal is the only entry.
      return names.includes('seal') ? work.kind === 'seal' || work.entry === 'listed' : work.kind === 'list' && names.includes(work.entry)
    }
    case 'alerts':
      return isDelivered(lake, { tenantId, ...work })
    default:
      return false
  }
}
