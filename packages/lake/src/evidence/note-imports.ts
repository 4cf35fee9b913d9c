import { MailtrailError, type TenantId } from '@mailtrail/core'
import { readImportNote } from '../import-notes.ts'
import { importNotesPrefix } from '../layout.ts'
import type { ObjectStore } from '../object-store.ts'
import type { NoteOptions } from './note-tombstones.ts'

/** Notes what was imported. */
export async function noteImports(lake: ObjectStore, tenantId: TenantId, { log, book, signal }: NoteOptions): Promise<void> {
  for await (const note of lake.list(importNotesPrefix(tenantId), { signal })) {
    try {
      for (const key of await readImportNote(lake, note, { signal })) await book.named(key, { by: note })
    } catch (error) {
      if (!(error instanceof MailtrailError && error.code === 'IMPORT_NOTE_INVALID')) throw error
      const meaning = 'It tells which EmailEvents were imported. Import them again: what is there stays as it is.'
      log.add({ what: 'altered', key: note, namedBy: 'the digest in its name', meaning })
    }
  }
}
