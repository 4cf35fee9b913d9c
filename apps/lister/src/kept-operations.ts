/** The operations whose records are kept; written to every ledger entry, for a window answers only for what its entry names. */
export const keptOperations: readonly string[] = ['MailItemsAccessed']
