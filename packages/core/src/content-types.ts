/** The parts of the feed that can be subscribed to (contract 2.1). */
export const contentTypes = ['Audit.AzureActiveDirectory', 'Audit.Exchange', 'Audit.SharePoint', 'Audit.General', 'DLP.All'] as const
export type ContentType = (typeof contentTypes)[number]

/** The content type that carries MailItemsAccessed. */
export const mailContentType = 'Audit.Exchange'
